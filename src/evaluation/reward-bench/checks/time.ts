import { rewardContext } from '../../../rewards/index.js';
import type { Bench } from '../cases.js';
import { result, type CheckResult } from './result.js';

/** Microseconds that nobody waits for: a second a rollout. */
const absurd = 1e6;

/** Time of one call, by the clock: of each specimen alone, after one call with all of them. */
export async function checkTime({ rewards, problems, cases }: Bench): Promise<CheckResult> {
  const rollouts = cases.slice(0, 200).map(({ rollout }) => rollout);
  if (rollouts.length === 0) return result('skip', 'there is nothing to score');
  const context = rewardContext(problems);
  for (const reward of rewards) await reward.score(rollouts, context);
  const micros: number[] = [];
  for (const rollout of rollouts) {
    const started = performance.now();
    for (const reward of rewards) await reward.score([rollout], context);
    micros.push((performance.now() - started) * 1000);
  }
  micros.sort((a, b) => a - b);
  const at = (quantile: number): number =>
    micros[Math.min(micros.length - 1, Math.floor(quantile * micros.length))];
  const numbers = { median_us: round(at(0.5)), p95_us: round(at(0.95)) };
  const told = `${numbers.median_us} µs a rollout (median), ${numbers.p95_us} µs (95 %)`;
  return at(0.5) > absurd
    ? result('fail', `${told}: more than a second`, { numbers })
    : result('pass', told, { numbers });
}

function round(value: number): number {
  return Number(value.toPrecision(2));
}
