import type { Outcome, Rollout } from '../../records.js';
import type { ChangedRollout, ScorePoint } from './record.js';

const changeOrder = ['verdict', 'sign', 'reward'] as const;

/** Other verdicts first, then other signs, then other rewards; the larger change first. */
export function changedMost(
  before: readonly Rollout[],
  after: readonly Rollout[],
  points: readonly ScorePoint[],
): ChangedRollout[] {
  const changed = points.flatMap((point, index): ChangedRollout[] => {
    const outcomeBefore = before[index].verdict?.outcome ?? null;
    const change = changeOf(point, outcomeBefore);
    return change === null
      ? []
      : [{ ...point, problemId: after[index].problemId, outcomeBefore, change }];
  });
  const size = ({ advantageBefore, advantageAfter }: ScorePoint): number =>
    Math.abs(advantageAfter - advantageBefore);
  return changed.sort(
    (a, b) =>
      changeOrder.indexOf(a.change) - changeOrder.indexOf(b.change) ||
      size(b) - size(a) ||
      (a.id < b.id ? -1 : 1),
  );
}

function changeOf(
  point: ScorePoint,
  outcomeBefore: Outcome | null,
): ChangedRollout['change'] | null {
  if (outcomeBefore !== null && outcomeBefore !== point.outcome) return 'verdict';
  if (Math.sign(point.advantageBefore) !== Math.sign(point.advantageAfter)) return 'sign';
  return point.rewardBefore === point.rewardAfter ? null : 'reward';
}
