import type { ProgressEvent } from '../../experiments/run/events.js';
import type { StyledLine } from '../styled.js';
import { fitLine, line, padEnd, span } from '../styled.js';
import type { TourState } from '../tour-state.js';
import { areaChart, sparkRow } from './curves.js';
import { duration, percent } from './numbers.js';

/** The lines below the finished ones: progress with time left, and the curves of the run so far. */
export function liveLines(state: TourState, rows: number): StyledLine[] {
  if (state.ended) return [];
  const { width, progress, step } = state;
  const lines: StyledLine[] = [];
  if (step) lines.push(...curveLines(state, rows));
  if (progress) lines.push(progressLine(progress, width));
  if (step && !progress)
    lines.push(
      bar(step.step, step.maxSteps, `step ${step.step}/${step.maxSteps}`, step.etaMs, width),
    );
  lines.push(
    state.stopping
      ? line(span('stopping after the work in hand … Ctrl-C again leaves at once', 'warn'))
      : line(span('Ctrl-C stops; the run can be resumed', 'dim')),
  );
  return lines.map((each) => fitLine(each, width));
}

export function progressLine(progress: ProgressEvent, width: number): StyledLine {
  return bar(
    progress.done,
    progress.total,
    `${progress.label} ${progress.done}/${progress.total}`,
    progress.etaMs,
    width,
  );
}

function bar(
  done: number,
  total: number,
  label: string,
  etaMs: number | null,
  width: number,
): StyledLine {
  const room = Math.max(10, Math.min(30, width - 56));
  const filled = total > 0 ? Math.round((Math.min(done, total) / total) * room) : 0;
  return line(
    span('█'.repeat(filled), 'accent'),
    span('░'.repeat(room - filled), 'dim'),
    ` ${label}`,
    span(etaMs === null ? '' : `  left ${duration(etaMs)}`, 'dim'),
  );
}

function curveLines(state: TourState, rows: number): StyledLine[] {
  const { history, width, step } = state;
  const three = (value: number): string => value.toFixed(3);
  const lines: StyledLine[] = [line('')];
  const reward = history['reward'] ?? history['loss'];
  if (reward && rows >= 20) {
    lines.push(
      line(
        span(history['reward'] ? 'reward' : 'loss', 'title'),
        span(`  ${three(reward[reward.length - 1])}`),
      ),
    );
    lines.push(...areaChart(reward, { width, height: 5, write: three }));
  } else if (reward) lines.push(sparkRow('reward', reward, width, three));
  const curves: [string, string, (value: number) => string][] = [
    ['fully_clean_rate', 'fully clean', percent],
    ['sanitizer_clean_rate', 'no finding', percent],
    ['compile_rate', 'compiles', percent],
    ['kl', 'KL', (value) => value.toFixed(4)],
  ];
  for (const [name, title, write] of curves)
    if (history[name]) lines.push(sparkRow(title, history[name], width, write));
  if (step) {
    const shares = Object.entries(step.shares).map(
      ([name, share]) => `${name} ${Math.round(share * 100)} %`,
    );
    if (shares.length > 0)
      lines.push(line(span(`${padEnd('time', 14)}${shares.join(' · ')}`, 'dim')));
  }
  return lines;
}
