import { createRandom } from '../../algorithms/random.js';
import type { Random } from '../../algorithms/random.js';
import type { Problem } from '../../records.js';
import { answerLine, solutionText, solve } from './solution.js';
import type { Setting } from './split.js';
import { createStyle } from './style.js';
import type { Numbers, Step, Template } from './template.js';

/** Names, objects and wordings a setting comes in; the variant seeds the style. */
export const variantsPerSetting = 4;

export const taskName = 'maths';

/** What a problem looks like before its solution is worked. */
export interface Draft {
  question: string;
  steps: readonly Step[];
}

/** Problem `maths/<template>/<setting>/<variant>`: the same id is the same problem everywhere. */
export function makeProblem(setting: Setting, variant: number): Problem {
  const { template, numbers, index, split } = setting;
  const id = `${taskName}/${template.name}/${index}/${variant}`;
  const draft = draftOf(template, numbers, createRandom(id));
  const worked = solve(draft.steps, numbers);
  return {
    id,
    task: taskName,
    split,
    prompt: promptOf(draft),
    language: 'text',
    answer: String(worked[worked.length - 1].value),
    answerFormat: 'gsm8k',
    reference: solutionText(worked, answerLine(worked)),
    columns: {
      family: template.name,
      level: draft.steps.length,
      topics: template.topics,
      setting: numbers,
      variant,
    },
  };
}

export function draftOf(template: Template, numbers: Numbers, random: Random): Draft {
  const { tells, asks, steps } = template.story(numbers, createStyle(random));
  const told = `${random.pick(tells)} ${random.pick(asks)}`;
  // Where a number word or a noun opens the story.
  return {
    question: told[0].toUpperCase() + told.slice(1),
    steps: steps.map((step) => ({
      ...step,
      says: step.says[0].toUpperCase() + step.says.slice(1),
    })),
  };
}

/** What the policy reads. */
export function promptOf({ question }: Draft): string {
  return `Question: ${question}\nAnswer:\n`;
}
