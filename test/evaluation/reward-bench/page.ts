import {
  benchChecks,
  benchReward,
  type BenchStatus,
  type RewardBenchReport,
} from '../../../src/evaluation/index.js';
import type { Problem } from '../../../src/records.js';
import { builtInRewards, createReward } from '../../../src/rewards/index.js';
import { createJudgePool, type JudgePool } from '../../../src/sandbox/index.js';
import { mathsTask } from '../../../src/tasks/maths/task.js';
import { badRewards, cppProblems, openBad } from './bad-rewards.js';

/** Six problems of the maths task, as `rlsf reward-bench --task maths` draws them. */
export const mathsProblems = mathsTask.problems({ split: 'train', n: 6, seed: 0 });

/** The tables of docs/reward-bench.md; time is left out, which is another one each time. */
const columns = benchChecks.filter((name) => name !== 'time');

const cells: Record<BenchStatus, string> = {
  pass: 'pass',
  fail: '**fail**',
  warn: 'warn',
  skip: '–',
};

export async function benchTables(): Promise<string> {
  const judge = await createJudgePool({ workers: 2 });
  const strict = await createJudgePool({ workers: 2, flags: ['-Werror'] });
  try {
    const bad = [];
    for (const one of badRewards)
      bad.push({
        name: `\`${one.file}\`: ${one.fault}`,
        report: await benchReward({
          rewards: await openBad(one),
          problems: one.problems,
          judge: one.flags.length > 0 ? strict : judge,
        }),
      });
    return [
      '### Five bad rewards',
      tableOf(bad),
      '### The built-ins on `cpp`',
      tableOf(await builtIns(cppProblems, judge)),
      '### The built-ins on `maths`',
      tableOf(await builtIns(mathsProblems, judge)),
    ].join('\n\n');
  } finally {
    await judge.close();
    await strict.close();
  }
}

/** Options without a default. */
const needed: Record<string, Record<string, unknown>> = {
  length_penalty: { target_len: 64 },
  overlong: { max_completion_len: 256, soft_punish_cache: 64 },
  cosine_scaled: { max_len: 256 },
};

async function builtIns(
  problems: Problem[],
  judge: JudgePool,
): Promise<{ name: string; report: RewardBenchReport }[]> {
  const rows = [];
  for (const name of Object.keys(builtInRewards))
    rows.push({
      name: `\`${name}\``,
      report: await benchReward({
        rewards: [createReward({ name, options: needed[name] })],
        problems,
        judge,
      }),
    });
  return rows;
}

function tableOf(rows: readonly { name: string; report: RewardBenchReport }[]): string {
  const line = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`;
  return [
    line(['Reward', ...columns.map((name) => `\`${name}\``)]),
    line(['---', ...columns.map(() => '---')]),
    ...rows.map(({ name, report }) =>
      line([
        name,
        ...columns.map(
          (column) => cells[report.checks.find((each) => each.name === column)!.status],
        ),
      ]),
    ),
  ].join('\n');
}
