import { createHash } from 'node:crypto';
import type { RewardResult, Rollout, Verdict } from '../../../records.js';
import { scoreRollouts, type RewardFunction } from '../../../rewards/index.js';
import type { Bench, BenchCase } from '../cases.js';
import { result, type CheckResult } from './result.js';

/** Specimens that are scored again, alone: spread over all of them. */
const most = 40;

/**
 * What a trainer relies on: one finite score or `null` each, the same twice, the same alone as among
 * others (unless `wholeBatch`), the input left as it was, no score where our own tooling broke, and
 * no exception for an empty completion or for text that is not ASCII.
 */
export async function checkContract(bench: Bench): Promise<CheckResult> {
  const cases = spread(bench.cases, most);
  const faults: string[] = [];
  const notes: string[] = [];
  for (const reward of bench.rewards) {
    const said = await faultsOf(reward, cases, bench);
    faults.push(...said.faults.map((fault) => `${reward.name}: ${fault}`));
    notes.push(...said.notes.map((note) => `${reward.name}: ${note}`));
  }
  const rest = {
    // One alone is the summary.
    details: faults.length + notes.length > 1 ? [...faults, ...notes] : [],
    numbers: { rewards: bench.rewards.length, specimens: cases.length, faults: faults.length },
  };
  if (faults.length > 0) return result('fail', faults.join('; '), rest);
  return notes.length > 0
    ? result('warn', notes.join('; '), rest)
    : result(
        'pass',
        'length, finite, deterministic, alone as in a batch, input untouched, null when unscorable',
        rest,
      );
}

async function faultsOf(
  reward: RewardFunction,
  cases: readonly BenchCase[],
  { problems }: Bench,
): Promise<{ faults: string[]; notes: string[] }> {
  const faults: string[] = [];
  const notes: string[] = [];
  const rollouts = cases.map(({ rollout }) => bare(rollout));
  const score = async (given: readonly Rollout[]): Promise<RewardResult[]> =>
    (await scoreRollouts(given, [reward], problems)).map(({ rewards }) => rewards![0]);
  try {
    const before = digest(rollouts);
    const first = await score(rollouts);
    if (digest(rollouts) !== before) faults.push('it changes the rollouts it is given');
    const second = await score(rollouts);
    const unsteady = first.filter((each, i) => digest(each) !== digest(second[i])).length;
    if (unsteady > 0) faults.push(`${unsteady} of ${first.length} scores differ the second time`);
    if (!reward.wholeBatch) {
      const alone: RewardResult[] = [];
      for (const rollout of rollouts) alone.push(...(await score([rollout])));
      const other = first.filter((each, i) => digest(each) !== digest(alone[i])).length;
      if (other > 0)
        faults.push(
          `${other} of ${first.length} scores differ alone; say wholeBatch: true where that is meant`,
        );
    }
    if ((await score([])).length > 0) faults.push('no rollouts give scores');
    const [{ score: unscorable }] = await score([broken(rollouts[0])]);
    if (unscorable !== null) {
      if (await readsVerdicts(score, cases))
        faults.push(`a rollout that the judge could not judge scores ${unscorable}, not null`);
      else notes.push('it reads no verdict, so it also scores what could not be judged');
    }
    for (const [what, completion] of oddTexts) {
      const [{ score: odd }] = await score([{ ...rollouts[0], completion, ...tokens(completion) }]);
      if (odd !== null && !Number.isFinite(odd)) faults.push(`${what} scores ${odd}`);
    }
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error));
  }
  return { faults, notes };
}

const oddTexts = [
  ['an empty completion', ''],
  ['text that is not ASCII', 'größer 例えば 🙂\n'],
  ['a text of blanks', ' \n\t\n'],
] as const;

function tokens(
  completion: string,
): Pick<Rollout, 'completionIds' | 'logprobs' | 'completionMask' | 'byteOffsets'> {
  const size = Buffer.byteLength(completion);
  return size === 0
    ? { completionIds: [], logprobs: [], completionMask: [], byteOffsets: [0] }
    : { completionIds: [0], logprobs: [-1], completionMask: [1], byteOffsets: [0, size] };
}

/** The same text under other verdicts gets other scores, or none without. */
async function readsVerdicts(
  score: (rollouts: readonly Rollout[]) => Promise<RewardResult[]>,
  cases: readonly BenchCase[],
): Promise<boolean> {
  const [{ rollout }] = cases;
  try {
    const scores = await score([
      ...cases.map(({ verdict }) => ({ ...bare(rollout), verdict })),
      { ...bare(rollout), verdict: undefined },
    ]);
    return scores.some((each) => each.score !== scores[0].score);
  } catch {
    return true;
  }
}

/** What a judge says when its own tooling broke. */
function broken(rollout: Rollout): Rollout {
  const verdict: Verdict = {
    ...rollout.verdict!,
    outcome: 'sandbox_error',
    diagnostics: [],
    testsPassed: 0,
    tests: [],
    prediction: null,
    correct: false,
    stages: [],
  };
  return { ...rollout, verdict };
}

/** As the judge hands it over. */
function bare(rollout: Rollout): Rollout {
  const { rewards: _rewards, reward: _reward, ...rest } = rollout;
  return rest;
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

function spread<T>(all: readonly T[], wanted: number): T[] {
  const step = Math.max(1, all.length / wanted);
  return Array.from({ length: Math.min(wanted, all.length) }, (_, i) => all[Math.floor(i * step)]);
}
