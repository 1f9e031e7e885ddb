import { checkAnswer, type WorkedStep } from '../diagnostics/index.js';
import { strictAnswer } from '../diagnostics/arithmetic-answer.js';
import { inputError } from '../errors.js';
import { rewardOfEach, type RewardBase, type RewardFunction } from './reward-function.js';

/** `gsm8k`: `#### 42`. `final`: `Final: 42` at the end. `phrase`: «The answer is 42», «the final answer is $42». */
export const answerLines = ['gsm8k', 'final', 'phrase'] as const;

export type AnswerLine = (typeof answerLines)[number];

export interface ReasoningStructureOptions extends RewardBase {
  /** Different true steps that earn the whole share of the steps. @default 2 */
  readonly minSteps?: number;
  /** Share of the worked steps in the score; the answer line has the rest. @default 0.5 */
  readonly stepsShare?: number;
  /** The forms of an answer line that count. @default all */
  readonly answerLines?: readonly AnswerLine[];
}

/**
 * Whether a maths answer shows its work and states its answer, right or wrong.
 *   score = stepsShare * min(1, t / minSteps) * t / (t + f) + (1 - stepsShare) * [an answer line]
 * t: different true equations that calculate something, `<<6*7=42>>` or in running text (`6 * 7 = 42`);
 * f: false ones and divisions by zero, each with a span of -1. What may be part of something that is not
 * arithmetic counts as neither (`checkAnswer`). Of the text alone: no verdict needed.
 */
export function reasoningStructure(options: ReasoningStructureOptions = {}): RewardFunction {
  const { minSteps = 2, stepsShare = 0.5, answerLines: forms = answerLines } = options;
  if (!(Number.isInteger(minSteps) && minSteps >= 1 && stepsShare >= 0 && stepsShare <= 1)) {
    throw inputError(
      `reasoningStructure: expected minSteps to be a whole number of at least 1 and stepsShare from 0 to 1, got ${minSteps} and ${stepsShare}.`,
    );
  }
  if (forms.length === 0) {
    throw inputError(
      `reasoningStructure: expected at least one form of answer line (${answerLines.join(', ')}), got none. For steps alone set stepsShare to 1.`,
    );
  }
  return rewardOfEach('reasoning_structure', options, ({ completion, finishReason }) => {
    const isTruncated = finishReason === 'length';
    const { steps } = checkAnswer(completion, null, { isTruncated });
    const wrong = steps.filter(({ verdict }) => verdict === 'false' || verdict === 'undefined');
    const right = differentCalculations(steps);
    const answerLine = forms.find((form) => statesAnswer(completion, form)) ?? null;
    const worked =
      right === 0 ? 0 : (Math.min(1, right / minSteps) * right) / (right + wrong.length);
    return {
      score: stepsShare * worked + (1 - stepsShare) * (answerLine === null ? 0 : 1),
      spans: wrong.map(({ start, end, verdict }) => ({
        ...{ start, end, value: -1 },
        label: `${verdict}-step`,
      })),
      log: { true_steps: right, false_steps: wrong.length, answer_line: answerLine },
    };
  });
}

/** True steps, each statement once; `5 = 5` calculates nothing. */
function differentCalculations(steps: readonly WorkedStep[]): number {
  const statements = steps
    .filter(({ verdict }) => verdict === 'true')
    .map(({ statement }) => statement.replaceAll(/\s+|<<|>>/g, ''))
    .filter((statement) => /[\d).%}\p{L}](?:[-+*/^×÷·−]|\\|x\d)/u.test(statement));
  return new Set(statements).size;
}

function statesAnswer(completion: string, form: AnswerLine): boolean {
  if (form === 'phrase') {
    return /\bthe (?:final )?answer is:?\s*\**\s*(?:\\boxed\{|\\?\$|[€£])*\s*-?\.?\d/i.test(
      completion,
    );
  }
  return typeof strictAnswer(completion, form) !== 'string';
}
