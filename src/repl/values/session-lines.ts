import type { Session } from '../../session/index.js';
import { sessionSummary } from '../../session/index.js';
import { visibleText } from '../../plots/visible.js';
import type { StyledLine } from '../styled.js';
import { line, padEnd, span } from '../styled.js';
import { countOf } from '../views/numbers.js';
import { isRecord } from './kinds.js';

/** The session of the prompt, or a fork of it. */
export function isSession(value: unknown): value is Session {
  return (
    isRecord(value) &&
    ['name', 'policy', 'task', 'split', 'pool', 'rollouts', 'problems', 'draws', 'steps'].every(
      (name) => name in value,
    )
  );
}

/** What a session holds, in a few lines: all of it would fill hundreds of screens. */
export function sessionLines(session: Session): StyledLine[] {
  const summary = sessionSummary(session);
  const { rollouts, meanReward } = summary;
  const row = (label: string, text: string): StyledLine =>
    line(span(padEnd(label, 10), 'dim'), visibleText(text));
  return [
    line(
      span('session', 'title'),
      ` ${visibleText(summary.name)}  `,
      span(visibleText(summary.folder ?? 'not saved yet'), 'dim'),
    ),
    row('policy', [summary.policy, ...(summary.adapter ? [`+ ${summary.adapter}`] : [])].join(' ')),
    row('task', `${summary.task}, ${summary.split}`),
    row('method', `${summary.method}; rewards ${summary.rewards.join(', ')}`),
    row(
      'rollouts',
      rollouts.total === 0
        ? 'none yet'
        : `${rollouts.total} of ${countOf(summary.problems, 'problem')}, ${rollouts.judged} judged, ${rollouts.scored} scored, ${rollouts.clean} clean` +
            (meanReward === null ? '' : `, mean reward ${meanReward.toFixed(3)}`),
    ),
    row('done', `${countOf(summary.draws, 'draw')}, ${countOf(summary.steps, 'step')}`),
  ];
}
