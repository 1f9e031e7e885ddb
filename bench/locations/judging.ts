/** The rows, judged as the judge does by default. */
import { join } from 'node:path';
import { createJudgePool } from '../../src/sandbox/index.js';
import { compareModel, compareSanitizers } from './comparison.js';
import type { Figures } from './report.js';
import { julietRows, llvmRows, modelRows } from './rows.js';

/**
 * Judges the rows of the three data sets.
 * @param folder that holds them
 * @param options.step every how many-th row. @default 1
 * @param options.only part of an id. @default all
 */
export async function judgeRows(
  folder: string,
  {
    step = 1,
    only = '',
    onProgress,
  }: { step?: number; only?: string; onProgress?: (done: number, total: number) => void } = {},
): Promise<Figures & { compiler: string }> {
  const wanted = <T extends { id: string }>(rows: readonly T[]): T[] =>
    rows.filter(({ id }, i) => i % step === 0 && id.includes(only));
  const rows = [
    ...wanted(julietRows(join(folder, 'juliet-cpp'))),
    ...wanted(llvmRows(join(folder, 'llvm-sanitizer-tests'))),
  ];
  const answers = wanted(modelRows(join(folder, 'model-completions')));
  const pool = await createJudgePool();
  try {
    const jobs = [...rows, ...answers].map(({ job }) => job);
    const verdicts = await pool.judge(jobs, { onProgress });
    const compared = rows.map((row, i) => compareSanitizers(row, verdicts[i]));
    const model = answers.map((row, i) => compareModel(row, verdicts[rows.length + i]));
    return { sanitizers: compared, model, compiler: verdicts[0]?.toolchain ?? '' };
  } finally {
    await pool.close();
  }
}
