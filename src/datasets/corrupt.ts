import { createRandom } from '../algorithms/index.js';
import { inputError } from '../errors.js';
import type { Problem, Verdict } from '../records.js';
import { judgeJob, type JudgePool } from '../sandbox/index.js';
import {
  corruptions,
  failsAsNamed,
  type Corruption,
  type CorruptionKind,
} from '../tasks/cpp/corruption/corruption.js';

/** A clean completion made to fail, with the verdict that says so. */
export interface CorruptedSample extends Corruption {
  problemId: string;
  /** The clean completion. */
  original: string;
  verdict: Verdict;
}

export interface CorruptOptions {
  /** Corrupted texts wanted. @default 1 */
  readonly n?: number;
  /** Texts judged at most, in the order of `corruptions`. @default 8 · n */
  readonly maxTried?: number;
  /** @default all */
  readonly kinds?: readonly CorruptionKind[];
  /** By name, such as `bounds/loop-end`. @default all */
  readonly operators?: readonly string[];
  /** @default 0 */
  readonly seed?: number | string;
  readonly signal?: AbortSignal;
}

export interface CorruptResult {
  verified: CorruptedSample[];
  /** What became of the texts that were judged, by operator. */
  tried: Record<string, CorruptionCount>;
}

export interface CorruptionCount {
  verified: number;
  /** The program is as clean as before: the fault does not matter there, or no test sees it. */
  unharmed: number;
  /** It fails in another way than the operator names. */
  otherwise: number;
  /** The judge failed. */
  unscorable: number;
}

/**
 * Makes a clean C++ completion fail, one fault each, and keeps what the judge finds to fail in the
 * way that the fault's operator names. The same seed gives the same texts.
 */
export async function corruptAndVerify(
  judge: JudgePool,
  problem: Problem,
  completion: string,
  options: CorruptOptions = {},
): Promise<CorruptResult> {
  const { n = 1, maxTried = 8 * n, kinds, operators, seed = 0, signal } = options;
  checkCounts(n, maxTried);
  if (problem.language !== 'cpp')
    throw inputError(
      `corruptAndVerify: expected a C++ problem, but ${problem.id} is in ${problem.language}. Corruption knows C++ only.`,
    );
  const verdicts = async (texts: readonly string[]): Promise<Verdict[]> =>
    judge.judge(
      texts.map((text) => judgeJob(problem, text)),
      { signal },
    );
  const [before] = await verdicts([completion]);
  if (before.outcome !== 'clean')
    throw inputError(
      `corruptAndVerify: expected a clean completion of ${problem.id}, got one whose verdict is ${before.outcome}. Corrupt clean samples or references only.`,
    );
  const random = createRandom(`corrupt/${seed}/${problem.id}`);
  const candidates = corruptions(completion, random, { kinds, operators }).slice(0, maxTried);
  const tried: CorruptResult['tried'] = {};
  const verified: CorruptedSample[] = [];
  // A few at a time, so that what is not needed is not judged.
  for (let start = 0; start < candidates.length && verified.length < n; start += chunk) {
    const part = candidates.slice(start, start + chunk);
    const judged = await verdicts(part.map(({ text }) => text));
    for (const [i, candidate] of part.entries()) {
      const verdict = judged[i];
      const result = resultOf(candidate, verdict);
      tried[candidate.operator] ??= { verified: 0, unharmed: 0, otherwise: 0, unscorable: 0 };
      tried[candidate.operator][result]++;
      if (result === 'verified' && verified.length < n)
        verified.push({ ...candidate, problemId: problem.id, original: completion, verdict });
    }
  }
  return { verified, tried };
}

/** As many as the judge builds in one go. */
const chunk = 8;

function resultOf({ operator }: Corruption, verdict: Verdict): keyof CorruptionCount {
  if (verdict.outcome === 'sandbox_error') return 'unscorable';
  if (failsAsNamed(operator, verdict)) return 'verified';
  return verdict.outcome === 'clean' ? 'unharmed' : 'otherwise';
}

function checkCounts(n: number, maxTried: number): void {
  for (const [name, value] of Object.entries({ n, maxTried }))
    if (!Number.isInteger(value) || value < 1)
      throw inputError(
        `corruptAndVerify: expected ${name} to be a whole number above 0, got ${value}.`,
      );
}
