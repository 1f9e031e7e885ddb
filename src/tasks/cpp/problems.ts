import { createRandom } from '../../algorithms/random.js';
import type { Problem } from '../../records.js';
import { createStyle, renderReference } from './family.js';
import type { Draft, Family } from './family.js';
import { includes } from './includes.js';

/** Names and literals a setting comes in; the variant seeds the style. */
export const variantsPerSetting = 8;

export const taskName = 'cpp';

/** Problem `cpp/<family>/<setting>/<variant>`: the same id is the same problem everywhere. */
export function makeProblem(
  family: Family,
  setting: number,
  variant: number,
  split: string,
): Problem {
  const draft = draftOf(family, setting, variant);
  const prompt = promptOf(draft);
  return {
    id: problemId(family, setting, variant),
    task: taskName,
    split,
    prompt,
    language: 'cpp',
    tests: { includes, prefix: prompt, suffix: '', cases: draft.cases },
    reference: completionOf(renderReference(draft)),
    columns: {
      family: family.name,
      setting: family.settings[setting],
      variant,
      topics: family.topics,
    },
  };
}

export function draftOf(family: Family, setting: number, variant: number): Draft {
  return family.draft(setting, createStyle(createRandom(problemId(family, setting, variant))));
}

/** What the policy reads: needed types, the statement as a comment, the opened function. */
export function promptOf(draft: Draft): string {
  return `${draft.prelude ? `${draft.prelude.trimEnd()}\n` : ''}// ${draft.statement}\n${draft.signature} {\n`;
}

/** What the policy writes: the body and the closing brace. */
export function completionOf(body: string): string {
  return `${body}}\n`;
}

function problemId(family: Family, setting: number, variant: number): string {
  return `${taskName}/${family.name}/${setting}/${variant}`;
}
