import type { Rollout } from '../../records.js';
import type { ReachedToken } from '../../rollouts/index.js';
import type { StyledLine } from '../styled.js';
import { fitLine, line, span } from '../styled.js';
import { headLine } from './facts-view.js';
import { findingText, sourceView } from './source-view.js';

/** What the view needs of a rollout; a judged file that nobody sampled has no more. */
export type ViewedRollout = Pick<Rollout, 'completion' | 'verdict' | 'reward' | 'advantages'> & {
  sample?: number;
};

export interface RolloutViewOptions {
  /** Columns. */
  width: number;
  /** @default 40 */
  maxSourceLines?: number;
  /** How many findings are told in full; all are marked. @default 6 */
  maxFindings?: number;
}

/**
 * One rollout in short: a headline, its source with line numbers, under a line the tokens that a
 * finding reached and the finding itself, and last the findings that lie nowhere in the completion,
 * each with the reason. All there is to know shows the inspection view.
 */
export function rolloutView(
  rollout: ViewedRollout,
  reached: readonly ReachedToken[],
  options: RolloutViewOptions,
): StyledLine[] {
  const { width, maxSourceLines = 40, maxFindings = 6 } = options;
  const all = (rollout.verdict?.diagnostics ?? []).filter((d) => d.severity !== 'note');
  const findings = all.slice(0, maxFindings).map((finding) => ({
    text: findingText(finding),
    severity: finding.severity,
    start: finding.span.precision === 'none' ? null : finding.span.start,
    reason: finding.span.precision === 'none' ? finding.span.reason : null,
  }));
  const { completion } = rollout;
  const lines = [
    headLine({
      title: 'judged',
      sample: rollout.sample ?? null,
      outcome: rollout.verdict?.outcome ?? null,
      testsPassed: rollout.verdict?.testsPassed ?? 0,
      testsTotal: rollout.verdict?.testsTotal ?? 0,
      reward: rollout.reward ?? null,
      isUnscorable: rollout.reward === null,
      advantage: rollout.advantages ?? null,
    }),
    ...sourceView({ completion, reached, findings }, { width, maxSourceLines }),
  ];
  if (all.length > maxFindings)
    lines.push(line(span(`    findings beyond these: ${all.length - maxFindings}`, 'dim')));
  return lines.map((each) => fitLine(each, width));
}
