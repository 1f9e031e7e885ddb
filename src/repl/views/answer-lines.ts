import type { AnswerRates, Evaluation, Interval } from '../../evaluation/index.js';
import { line, padEnd, span } from '../styled.js';
import type { StyledLine } from '../styled.js';
import { percent } from './numbers.js';

/** What an evaluation says about answers: strict and lenient accuracy, form, levels, length. */
export function answerLines({
  answers,
  meanCompletionTokens,
}: Pick<Evaluation, 'answers' | 'meanCompletionTokens'>): StyledLine[] {
  if (answers === undefined) return [];
  const titles: [keyof Omit<AnswerRates, 'strict_accuracy_by_level'>, string][] = [
    ['strict_accuracy', 'strict accuracy'],
    ['lenient_accuracy', 'lenient accuracy'],
    ['format_rate', 'answer in form'],
  ];
  return [
    ...titles.map(([name, title]) => rateLine(title, answers[name])),
    ...Object.entries(answers.strict_accuracy_by_level).map(([level, rate]) =>
      rateLine(`  level ${level}`, rate, ` of ${rate.problems}`),
    ),
    line(`  ${padEnd('mean new tokens', 18)}${meanCompletionTokens.toFixed(1)}`),
  ];
}

function rateLine(title: string, { value, low, high }: Interval, of = ''): StyledLine {
  return line(
    `  ${padEnd(title, 18)}${padEnd(percent(value), 9)}`,
    span(`[${percent(low)}, ${percent(high)}]${of}`, 'dim'),
  );
}
