import { existsSync } from 'node:fs';
import { mkdir, readdir, rename } from 'node:fs/promises';
import path from 'node:path';

/**
 * Moves what a stage left to `earlier/<stage>-<n>/`, so that it can be made again and nothing is lost.
 * @param artifacts below the experiment's folder; those that are not there are passed over
 * @returns the folder, `null` where there was nothing to keep
 */
export async function keepAside(
  folder: string,
  stage: string,
  artifacts: readonly string[],
): Promise<string | null> {
  const there = [...new Set(artifacts.map((name) => name.replace(/\/$/, '')))].filter((name) =>
    existsSync(path.join(folder, name)),
  );
  if (there.length === 0) return null;
  const earlier = path.join(folder, 'earlier');
  await mkdir(earlier, { recursive: true });
  const taken = (await readdir(earlier)).flatMap((name) => {
    const number = name.startsWith(`${stage}-`) ? Number(name.slice(stage.length + 1)) : NaN;
    return Number.isInteger(number) ? [number] : [];
  });
  const aside = path.join(earlier, `${stage}-${Math.max(0, ...taken) + 1}`);
  for (const name of there) {
    const to = path.join(aside, name);
    await mkdir(path.dirname(to), { recursive: true });
    await rename(path.join(folder, name), to);
  }
  return aside;
}
