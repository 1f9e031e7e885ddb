import { existsSync } from 'node:fs';
import path from 'node:path';
import { it } from 'vitest';

/**
 * A path in the folder of real test data (`RLSF_TEST_DATA`, by default `../shared/data` beside the
 * repository), or `null` where it is not at hand.
 */
export function testData(...parts: string[]): string | null {
  const root = process.env.RLSF_TEST_DATA ?? path.resolve(import.meta.dirname, '../../shared/data');
  const file = path.join(root, ...parts);
  return existsSync(file) ? file : null;
}

/** A test on real data; where the data is missing it is skipped, and its title says so. */
export function itWithData(
  title: string,
  parts: string[],
  run: (file: string) => void | Promise<void>,
  timeoutMs?: number,
): void {
  const file = testData(...parts);
  if (file === null) it.skip(`${title} (no ${parts.join('/')}: set RLSF_TEST_DATA)`, () => {});
  else it(title, () => run(file), timeoutMs);
}
