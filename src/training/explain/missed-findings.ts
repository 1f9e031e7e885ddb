import type { Rollout } from '../../records.js';
import type { Reason } from './record.js';

/** Failing completions about which no place is known, with what the tools said: their tokens get no blame. */
export function missedFindings(group: readonly Rollout[]): Reason[] {
  const missed = group.filter(isMissed);
  if (missed.length === 0) return [];
  const [first] = missed;
  const what = first.verdict!.outcome === 'no_answer' ? 'answer was found' : 'finding has a place';
  return [
    {
      kind: 'parser_missed',
      sentence: `${missed.length} of ${group.length} completions fail (${outcomesOf(missed)}) and no ${what} in them: the score holds for all their tokens alike.`,
      remedy:
        first.verdict!.outcome === 'no_answer'
          ? 'Compare the text with the answer format that the task asks for (#### 42, Final: 42).'
          : 'Read the text: a fault of the harness or of a library has no place in the completion; what should have one is worth reporting.',
      text: saidOf(first),
    },
  ];
}

/** Wrong answers have no place by nature; everything else that fails should have one. */
function isMissed({ verdict }: Rollout): boolean {
  if (!verdict) return false;
  const { outcome, diagnostics } = verdict;
  if (outcome === 'no_answer') return true;
  if (!['compile_error', 'runtime_error'].includes(outcome)) return false;
  return !diagnostics.some(
    ({ severity, span }) => severity !== 'note' && span.precision !== 'none',
  );
}

function outcomesOf(rollouts: readonly Rollout[]): string {
  return [...new Set(rollouts.map(({ verdict }) => verdict!.outcome))].join(', ');
}

function saidOf({ verdict, completion }: Rollout): string {
  const { outcome, diagnostics, stages } = verdict!;
  if (outcome === 'no_answer') return completion.trimEnd().slice(-200);
  const unplaced = diagnostics.find(({ span }) => span.precision === 'none');
  if (unplaced?.span.precision === 'none') {
    return `${unplaced.kind}: ${unplaced.message} (${unplaced.span.reason})`.slice(0, 400);
  }
  const said = stages.find(({ exitCode, signal }) => exitCode !== 0 || signal !== null);
  const text = (said?.stderr || said?.stdout || '').trim();
  return text === '' ? 'The tools said nothing.' : text.slice(0, 400);
}
