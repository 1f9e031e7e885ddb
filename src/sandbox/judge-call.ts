import type PQueue from 'p-queue';
import { isRlsfError } from '../errors.js';
import type { Language, Verdict } from '../records.js';
import type { JudgeJob, Sandbox, Toolchain, Unit } from './toolchain.js';
import { sandboxError } from './verdict.js';
import type { VerdictCache } from './verdict-cache.js';

/** What one call of `judge` needs of its pool. */
export interface JudgeCall {
  keys: readonly string[];
  jobs: readonly JudgeJob[];
  toolchainOf(language: Language): Promise<Toolchain>;
  sandbox: Sandbox;
  verdicts: VerdictCache;
  queue: PQueue;
  signal: AbortSignal;
  onProgress(done: number, total: number): void;
}

/** A program can earn a warning with every line; what a verdict tells beyond these helps nobody. */
const mostDiagnostics = 200;

interface OpenJob {
  key: string;
  job: JudgeJob;
}

/**
 * Verdicts in the order of the jobs. Identical jobs are judged once, known ones not at all; the rest
 * is cut into units by its toolchain. What only ran out of its turn is judged again, alone.
 */
export async function judgeCall(call: JudgeCall): Promise<Verdict[]> {
  const { keys, jobs, toolchainOf, sandbox, verdicts, queue, signal, onProgress } = call;
  const results = new Map<string, Verdict>();
  const share = new Map<string, number>();
  for (const key of keys) share.set(key, (share.get(key) ?? 0) + 1);
  let done = 0;
  const settle = (key: string, verdict: Verdict): void => {
    results.set(key, verdict);
    done += share.get(key) ?? 0;
    onProgress(done, jobs.length);
  };

  const open = new Map<Language, OpenJob[]>();
  for (const [key, job] of new Map(keys.map((key, i) => [key, jobs[i]]))) {
    const known = verdicts.get(key);
    if (known !== null) {
      settle(key, { ...known, fromCache: true });
      continue;
    }
    open.set(job.language, [...(open.get(job.language) ?? []), { key, job }]);
  }

  const again: OpenJob[] = [];
  const judgeUnit = async (unit: Unit, all: readonly OpenJob[], last: boolean): Promise<void> => {
    const judged = await unit.judge({ ...sandbox, lastTry: last }).catch(async (error: unknown) => {
      signal.throwIfAborted();
      if (isRlsfError(error) && error.tag === 'input') throw error;
      const reason = error instanceof Error ? error.message : String(error);
      const { version } = await toolchainOf(all[unit.jobs[0]].job.language);
      const around = { toolchain: version, isolation: sandbox.isolation };
      return unit.jobs.map((i) => ({
        verdict: sandboxError(all[i].job.tests?.cases.length ?? 1, reason, around),
        again: true,
      }));
    });
    for (const [position, i] of unit.jobs.entries()) {
      if (judged[position].again && !last) {
        again.push(all[i]);
        continue;
      }
      const { verdict: found } = judged[position];
      const diagnostics = found.diagnostics.slice(0, mostDiagnostics);
      const verdict = { ...found, diagnostics, retried: last };
      verdicts.set(all[i].key, verdict);
      settle(all[i].key, verdict);
    }
  };

  const failed: unknown[] = [];
  const work: Promise<void>[] = [];
  for (const [language, all] of open) {
    const toolchain = await toolchainOf(language);
    for (const unit of toolchain.plan(all.map(({ job }) => job)))
      work.push(
        queue
          .add(async () => {
            if (failed.length === 0 && !signal.aborted) await judgeUnit(unit, all, false);
          })
          .catch((error: unknown) => void failed.push(error)),
      );
  }
  await Promise.all(work);
  signal.throwIfAborted();
  if (failed.length > 0) throw failed[0];
  // Under load a program may only have waited for its turn: alone, it gets it.
  for (const one of again) {
    const toolchain = await toolchainOf(one.job.language);
    for (const unit of toolchain.plan([one.job])) await judgeUnit(unit, [one], true);
  }
  signal.throwIfAborted();

  const given = new Set<string>();
  return keys.map((key) => {
    const verdict = results.get(key) as Verdict;
    if (given.has(key)) return { ...structuredClone(verdict), fromCache: true };
    given.add(key);
    return verdict;
  });
}
