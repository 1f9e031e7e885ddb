/** The batch at which training left the numbers, kept for the one who looks for the cause. */
import { existsSync } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import path from 'node:path';

export interface OffendingBatch {
  readonly step: number;
  /** The error's message, or the warning's. */
  readonly reason: string;
  /** Rollouts, pairs or examples: what the update was made from. */
  readonly rows: readonly unknown[];
  /** This step's figures, so far as there are any. @default none */
  readonly metrics?: Readonly<Record<string, number>>;
}

/**
 * Writes `<run>/diverged/step_N.jsonl`, one row of the batch a line, and beside it
 * `step_N.reason.json` with step, reason, metrics and the number of rows. Each file is synced before
 * it gets its name; an earlier batch of that step stays (`step_N-2.jsonl`, …). NaN and infinities,
 * which JSON has not, become texts. @returns the path of the batch
 */
export async function saveOffendingBatch(
  runFolder: string,
  { step, reason, rows, metrics = {} }: OffendingBatch,
): Promise<string> {
  const folder = path.join(runFolder, 'diverged');
  await mkdir(folder, { recursive: true });
  let name = `step_${step}`;
  for (let n = 2; existsSync(path.join(folder, `${name}.jsonl`)); n++) name = `step_${step}-${n}`;
  const batch = path.join(folder, `${name}.jsonl`);
  const about = { step, reason, metrics, rows: rows.length };
  await writeWhole(
    batch,
    rows.map((row) => `${toJson(row)}\n`),
  );
  await writeWhole(path.join(folder, `${name}.reason.json`), [`${toJson(about, 2)}\n`]);
  return batch;
}

async function writeWhole(file: string, parts: readonly string[]): Promise<void> {
  const temporary = `${file}.partial`;
  const handle = await open(temporary, 'w');
  try {
    for (const part of parts) await handle.write(part);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}

function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(
    value,
    (_, inner: unknown) => {
      if (typeof inner === 'number' && !Number.isFinite(inner)) return String(inner);
      if (inner instanceof Map) return Object.fromEntries(inner);
      // A typed array would become an object of its indices.
      const isArray = ArrayBuffer.isView(inner) && !(inner instanceof DataView);
      return isArray ? Array.from(inner as Float32Array) : inner;
    },
    indent,
  );
}
