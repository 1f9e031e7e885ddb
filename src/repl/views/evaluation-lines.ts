import type { Evaluation, Interval, RateName } from '../../evaluation/index.js';
import { line, padEnd, span } from '../styled.js';
import type { StyledLine } from '../styled.js';
import { answerLines } from './answer-lines.js';
import { countOf, duration, percent } from './numbers.js';
import { rateTitles } from './tour-lines.js';

/** An evaluation as `rlsf evaluate` prints it. */
export function evaluationLines(evaluation: Evaluation): StyledLine[] {
  const { rates, outcomes, rows, split, numSamples, passAtK, findingKinds = {} } = evaluation;
  const { correctAtK = {}, notAttempted = [], meanCompletionTokens, answers } = evaluation;
  // Of an answer, the rates of programs say nothing that its own do not.
  const names: RateName[] = answers
    ? ['fully_clean_rate']
    : (Object.keys(rateTitles) as RateName[]);
  return [
    line(
      span(split, 'title'),
      span(
        `  ${countOf(rows.length, 'problem')} × ${numSamples}, revision ${evaluation.modelRevision}, ${duration(evaluation.durationMs)}`,
        'dim',
      ),
    ),
    ...(notAttempted.length > 0
      ? [
          line(
            span(
              `  ${notAttempted.length} of ${rows.length + notAttempted.length} problems were not attempted; the figures are of the others`,
              'warn',
            ),
          ),
        ]
      : []),
    ...names.map((name) => rateLine(rateTitles[name], rates[name])),
    ...Object.entries(findingKinds).map(([kind, share]) => rateLine(`  ${kind}`, share, 30)),
    ...answerLines(evaluation),
    ...(answers === undefined && Number.isFinite(meanCompletionTokens)
      ? [line(`  ${padEnd('mean new tokens', 18)}${meanCompletionTokens.toFixed(1)}`)]
      : []),
    ...Object.entries(correctAtK).map(([name, value]) => rateLine(name, value)),
    // Warnings count against a program here, and an answer is clean where it is correct.
    ...(answers
      ? []
      : Object.entries(passAtK).map(([name, value]) => rateLine(`${name} clean`, value))),
    line(
      span(
        `  outcomes: ${Object.entries(outcomes)
          .map(([outcome, count]) => `${outcome} ${count}`)
          .join(', ')}`,
        'dim',
      ),
    ),
  ];
}

function rateLine(title: string, { value, low, high }: Interval, width = 18): StyledLine {
  return line(
    `  ${padEnd(title, width)}${padEnd(percent(value), 9)}`,
    span(`[${percent(low)}, ${percent(high)}]`, 'dim'),
  );
}
