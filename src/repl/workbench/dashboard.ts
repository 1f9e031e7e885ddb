import type { TourEvent } from '../../experiments/run/events.js';
import type { StyledLine } from '../styled.js';
import { fitLine, line, padEnd, span } from '../styled.js';
import type { TourState } from '../tour-state.js';
import { initialTourState, reduceTour } from '../tour-state.js';
import { sparkRow } from '../views/curves.js';
import { progressLine } from '../views/live-view.js';
import { percent } from '../views/numbers.js';
import type { PromptAccuracy } from './prompt-accuracy.js';
import { accuracyLines, noAccuracy, withAccuracy } from './prompt-accuracy.js';

/** What the work in hand has said of itself so far. */
export interface Dashboard {
  tour: TourState;
  accuracy: PromptAccuracy;
}

export function initialDashboard(width: number): Dashboard {
  return { tour: initialTourState(width), accuracy: noAccuracy };
}

/** The dashboard after an event, and the lines that the event leaves for good. */
export function reduceDashboard(
  dashboard: Dashboard,
  event: TourEvent,
): { dashboard: Dashboard; lines: StyledLine[] } {
  const tour = reduceTour(dashboard.tour, { type: 'event', event });
  const step = (dashboard.tour.step?.step ?? 0) + 1;
  return {
    dashboard: {
      tour: { ...tour, finished: [] },
      accuracy: withAccuracy(dashboard.accuracy, event, step),
    },
    lines: tour.finished,
  };
}

const curves: readonly [string, string, (value: number) => string][] = [
  ['reward', 'reward', (value) => value.toFixed(3)],
  ['loss', 'loss', (value) => value.toFixed(4)],
  ['fully_clean_rate', 'clean', percent],
  ['sanitizer_clean_rate', 'no finding', percent],
  ['compile_rate', 'compiles', percent],
  ['kl', 'KL', small],
  ['entropy', 'entropy', (value) => value.toFixed(3)],
];

/** Four digits behind the point, or a power of ten where they would all be 0. */
function small(value: number): string {
  return value !== 0 && Math.abs(value) < 0.0001 ? value.toExponential(1) : value.toFixed(4);
}

/** At most `height` lines: how far it is first, then curves, shares of the time, the problems. */
export function dashboardLines(
  { tour, accuracy }: Dashboard,
  width: number,
  height: number,
): StyledLine[] {
  const { step, progress, history } = tour;
  const lines: StyledLine[] = [];
  if (step)
    lines.push(
      progressLine(
        {
          type: 'progress',
          stage: 'train',
          label: 'step',
          done: step.step,
          total: step.maxSteps,
          elapsedMs: step.elapsedMs,
          etaMs: step.etaMs,
        },
        width,
      ),
    );
  if (progress) lines.push(progressLine(progress, width));
  for (const [name, title, write] of curves)
    if (history[name]) lines.push(sparkRow(title, history[name], width, write));
  const shares = Object.entries(step?.shares ?? {});
  if (shares.length > 0)
    lines.push(
      line(
        span(padEnd('time', 14), 'dim'),
        span(
          shares.map(([name, share]) => `${name} ${Math.round(share * 100)} %`).join(' · '),
          'dim',
        ),
      ),
    );
  lines.push(...accuracyLines(accuracy, width, Math.min(9, height - lines.length)));
  return lines.slice(0, Math.max(0, height)).map((each) => fitLine(each, width));
}
