import type { TourEvent } from '../../experiments/run/events.js';
import type { StyledLine, Tone } from '../styled.js';
import { fitLine, line, padEnd, span } from '../styled.js';

/** Share of a problem's completions that were right, by step: what the policy learns where. */
export interface PromptAccuracy {
  /** Steps seen, oldest first. */
  steps: readonly number[];
  /** The problem seen last stands last. */
  problems: readonly { id: string; byStep: Readonly<Record<number, number>> }[];
}

export const noAccuracy: PromptAccuracy = { steps: [], problems: [] };

const keptSteps = 60;
const keptProblems = 40;

/** Takes what an event says of single problems; others change nothing. */
export function withAccuracy(
  accuracy: PromptAccuracy,
  event: TourEvent,
  step: number,
): PromptAccuracy {
  if (event.type === 'step')
    return (event.prompts ?? []).reduce(
      (grown, { problemId, correct, total }) =>
        total > 0 ? added(grown, event.step, problemId, correct / total) : grown,
      accuracy,
    );
  if (event.type !== 'group') return accuracy;
  const judged = event.members.flatMap(({ rollout }) =>
    rollout.verdict && rollout.verdict.outcome !== 'sandbox_error' ? [rollout.verdict] : [],
  );
  const right = judged.filter(({ correct }) => correct === true).length;
  return judged.length === 0
    ? accuracy
    : added(accuracy, step, event.problemId, right / judged.length);
}

/** A row for a problem, a column for a step: `●` all right, `○` none, a gap where it was not drawn. */
export function accuracyLines(
  accuracy: PromptAccuracy,
  width: number,
  height: number,
): StyledLine[] {
  const rows = accuracy.problems.slice(-Math.max(0, height - 1));
  if (rows.length === 0) return [];
  const names = Math.min(28, Math.floor(width / 3));
  const steps = accuracy.steps.slice(-Math.max(1, width - names - 8));
  const title = line(
    span(padEnd('by problem', names), 'title'),
    span(` steps ${steps[0]}–${steps[steps.length - 1]}  ● all ◕ ◑ ◔ ○ none right`, 'dim'),
  );
  const grid = rows.map(({ id, byStep }) => {
    const last = steps.findLast((step) => byStep[step] !== undefined);
    return line(
      padEnd(endOf(id, names - 1), names),
      ' ',
      ...steps.map((step) => sign(byStep[step])),
      span(last === undefined ? '' : ` ${Math.round(byStep[last] * 100)} %`, 'dim'),
    );
  });
  return [title, ...grid].map((each) => fitLine(each, width));
}

function added(accuracy: PromptAccuracy, step: number, id: string, share: number): PromptAccuracy {
  const known = accuracy.problems.find((problem) => problem.id === id);
  const steps = accuracy.steps.includes(step)
    ? accuracy.steps
    : [...accuracy.steps, step].slice(-keptSteps);
  return {
    steps,
    problems: [
      ...accuracy.problems.filter((problem) => problem.id !== id),
      { id, byStep: { ...known?.byStep, [step]: share } },
    ].slice(-keptProblems),
  };
}

function sign(share: number | undefined): { text: string; tone: Tone } {
  if (share === undefined) return span(' ');
  if (share <= 0) return span('○', 'bad');
  if (share >= 1) return span('●', 'good');
  return span(share <= 0.375 ? '◔' : share < 0.625 ? '◑' : '◕', 'warn');
}

/** The end of an id tells problems of one family apart. */
function endOf(id: string, width: number): string {
  return id.length <= width ? id : `…${id.slice(id.length - width + 1)}`;
}
