import { createRandom } from '../../algorithms/random.js';
import { isSensible, solutionForm, solutionText, answerLine, solve } from './solution.js';
import { createStyle } from './style.js';
import { drawFrom } from './template.js';
import type { Numbers, Template } from './template.js';
import { templates } from './templates/index.js';

export type Split = 'train' | 'held_out' | 'held_out_templates';

export const splits: readonly Split[] = ['train', 'held_out', 'held_out_templates'];

/** Numbers kept from training, of every template alike. */
const heldOutShare = 0.2;

/** Settings of the numbers that problems are made of; the corpus draws beyond them. */
const settingsPerTemplate = 120;

/** Draws for one setting before a template's numbers count as used up. */
const attempts = { trained: 10, heldOut: 40 };

/**
 * Whether the calculation of these numbers is kept from training. It hangs on the calculation alone
 * (`solutionForm`), so that what is held out of one template is held out of every other.
 */
export function isHeldOut(form: string): boolean {
  return createRandom(`maths/split/${form}`).next() < heldOutShare;
}

export interface Setting {
  template: Template;
  numbers: Numbers;
  /** Its place among the settings of the template. */
  index: number;
  split: Split;
}

/** Numbers that make sense, or `null` for a draw that does not. */
export function drawNumbers(
  template: Template,
  random: Parameters<typeof drawFrom>[0],
): { numbers: Numbers; form: string } | null {
  const numbers = template.numbers(drawFrom(random));
  const { steps } = template.story(numbers, createStyle(random.fork('style')));
  const worked = solve(steps, numbers);
  if (!isSensible(numbers, worked)) return null;
  return { numbers, form: solutionForm(solutionText(worked, answerLine(worked))) };
}

let memo: Setting[] | null = null;

/** The settings of a split, template by template, each setting of numbers once. */
export function settingsOf(split: Split): Setting[] {
  memo ??= templates.flatMap(settingsOfTemplate);
  return memo.filter((setting) => setting.split === split);
}

function settingsOfTemplate(template: Template): Setting[] {
  const random = createRandom(`maths/settings/${template.name}`);
  const settings: Setting[] = [];
  const seen = new Set<string>();
  const most = settingsPerTemplate * attempts[template.heldOut ? 'heldOut' : 'trained'];
  for (let i = 0; i < most && settings.length < settingsPerTemplate; i++) {
    const drawn = drawNumbers(template, random);
    if (drawn === null) continue;
    const { numbers, form } = drawn;
    const key = JSON.stringify(numbers);
    // A template held out is held out with its numbers.
    if (seen.has(key) || (template.heldOut && !isHeldOut(form))) continue;
    seen.add(key);
    const split = isHeldOut(form)
      ? template.heldOut
        ? 'held_out_templates'
        : 'held_out'
      : 'train';
    settings.push({ template, numbers, index: settings.length, split });
  }
  return settings;
}
