import path from 'node:path';
import type { SessionSummary } from '../engine/protocol.js';
import type { StyledLine } from '../styled.js';
import { fitLine, line, span, textWidth } from '../styled.js';
import { countOf, duration, megabytes } from '../views/numbers.js';
import type { WorkbenchState } from './state.js';

/** Two lines at most: what is in hand, and how the engine does. */
export function statusLines(state: WorkbenchState, width: number): StyledLine[] {
  const { summary } = state;
  const engine = engineState(state);
  if (!summary) return [fitLine(line(...engine), width)];
  const parts = [...summaryParts(summary), `engine ${megabytes(summary.memory)}`];
  const whole = line(...engine, span(` · ${parts.join(' · ')}`, 'dim'));
  if (textWidth(whole.map(({ text }) => text).join('')) <= width) return [whole];
  const first: string[] = [];
  const sign = textWidth(engine.map(({ text }) => text).join(''));
  while (parts.length > 0 && sign + textWidth([...first, parts[0]].join(' · ')) + 3 <= width)
    first.push(parts.shift() ?? '');
  // What has no room is left out whole: half a figure is none.
  while (parts.length > 1 && textWidth(`  ${parts.join(' · ')}`) > width) parts.pop();
  return [
    line(...engine, span(first.length > 0 ? ` · ${first.join(' · ')}` : '', 'dim')),
    fitLine(line(span(`  ${parts.join(' · ')}`, 'dim')), width),
  ];
}

function engineState(state: WorkbenchState): StyledLine {
  if (state.engine === 'ended') return [span('× no engine', 'bad')];
  if (state.engine === 'starting')
    return [span(`◌ engine starting ${duration(state.now - state.startedAt)}`, 'warn')];
  if (!state.work) return [span('○ ready', 'good')];
  const queued = state.queue.length > 0 ? `, ${state.queue.length} queued` : '';
  return [span(`${state.work.stopping ? '■ stopping' : '● busy'}${queued}`, 'warn')];
}

function summaryParts(summary: SessionSummary): string[] {
  const { rollouts } = summary;
  const mean = summary.meanReward === null ? '' : `, reward ${summary.meanReward.toFixed(2)}`;
  const judged =
    rollouts.judged === rollouts.total
      ? `${rollouts.clean} clean`
      : `${rollouts.judged} judged${rollouts.judged > 0 ? `, ${rollouts.clean} clean` : ''}`;
  const adapter = summary.adapter ? `+${path.basename(summary.adapter)}` : '';
  return [
    `${summary.name}${summary.readOnly ? ' (read-only)' : ''}`,
    `${path.basename(summary.policy)}${adapter}`,
    `${summary.task}/${summary.split}`,
    summary.rewards.join('+') || 'no reward',
    rollouts.total === 0
      ? 'no rollouts'
      : `${countOf(rollouts.total, 'rollout')}, ${judged}${mean}`,
    `${summary.method} step ${summary.steps}`,
    ...(summary.undo ? [`undo: ${summary.undo}`] : []),
    ...(summary.redo ? [`redo: ${summary.redo}`] : []),
  ];
}
