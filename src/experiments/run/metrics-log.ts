/** metrics.jsonl: one row per step, appended and flushed before the step counts as done. */
import { open, readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { writeFileAtomically } from './files.js';

export interface MetricsLogRow {
  step: number;
  [metric: string]: number;
}

export async function appendMetrics(file: string, row: MetricsLogRow): Promise<void> {
  // JSON has no NaN or infinity; a metric without a value is left out.
  const finite = Object.fromEntries(
    Object.entries(row).filter(([, value]) => Number.isFinite(value)),
  );
  const handle = await open(file, 'a');
  try {
    await handle.writeFile(`${JSON.stringify(finite)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** All whole rows; a torn last line, which a kill leaves, is left out. */
export async function readMetrics(file: string): Promise<MetricsLogRow[]> {
  if (!existsSync(file)) return [];
  const lines = (await readFile(file, 'utf8')).split('\n');
  lines.pop();
  return lines.map((line) => JSON.parse(line) as MetricsLogRow);
}

/** Drops the rows of later steps (and a torn last line). */
export async function truncateMetricsAfter(file: string, step: number): Promise<void> {
  const rows = (await readMetrics(file)).filter((row) => row.step <= step);
  await writeFileAtomically(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}
