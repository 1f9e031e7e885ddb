import { setMaxListeners } from 'node:events';
import type { Problem, Verdict } from '../../records.js';
import { judgeJob } from '../../sandbox/index.js';
import type { JudgePool } from '../../sandbox/index.js';
import type { FairQueue } from '../http/index.js';
import { Counter, Histogram } from '../http/index.js';
import type { HttpMetrics } from '../http/index.js';

export interface ToJudge {
  problem: Problem;
  completion: string;
  /** The sampler cut it off. @default false */
  truncated?: boolean;
}

export interface Caller {
  tenant: string;
  signal: AbortSignal;
}

/** The one way to a verdict, whichever protocol asks: verdicts in the order of the items. */
export type Judging = (
  pool: JudgePool,
  items: readonly ToJudge[],
  caller: Caller,
) => Promise<Verdict[]>;

/** Completions of one problem share a compile; this many of them are one piece of a tenant's work. */
const pieceSize = 8;

/** Cuts a request into pieces that take turns with other tenants' in the queue. */
export function createJudging(queue: FairQueue, { registry }: HttpMetrics): Judging {
  const verdicts = new Counter({
    name: 'rlsf_rewards_verdicts_total',
    help: 'Completions judged, by outcome, and whether the verdict was known.',
    labelNames: ['outcome', 'cached'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'rlsf_rewards_judge_seconds',
    help: 'From the first piece of a request in the queue to its last verdict.',
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100],
    registers: [registry],
  });
  return async (pool, items, { tenant, signal }) => {
    const started = performance.now();
    const found = new Array<Verdict>(items.length);
    // One piece failing ends the others: half an answer is none.
    const failing = new AbortController();
    const both = AbortSignal.any([signal, failing.signal]);
    setMaxListeners(0, both);
    await Promise.all(
      piecesOf(items).map(async (piece) => {
        const jobs = piece.map((i) => {
          const { problem, completion, truncated } = items[i];
          return judgeJob(problem, completion, { truncated });
        });
        try {
          const judged = await queue.run(tenant, () => pool.judge(jobs, { signal: both }), both);
          piece.forEach((i, at) => (found[i] = judged[at]));
        } catch (error) {
          failing.abort(error);
          throw error;
        }
      }),
    );
    for (const { outcome, fromCache } of found)
      verdicts.inc({ outcome, cached: fromCache ? 'yes' : 'no' });
    seconds.observe((performance.now() - started) / 1000);
    return found;
  };
}

/** Indices of the items, those of one problem together. */
function piecesOf(items: readonly ToJudge[]): number[][] {
  const byProblem = new Map<Problem, number[]>();
  items.forEach(({ problem }, i) => {
    const own = byProblem.get(problem) ?? [];
    own.push(i);
    byProblem.set(problem, own);
  });
  return [...byProblem.values()].flatMap((indices) =>
    Array.from({ length: Math.ceil(indices.length / pieceSize) }, (_, k) =>
      indices.slice(k * pieceSize, (k + 1) * pieceSize),
    ),
  );
}
