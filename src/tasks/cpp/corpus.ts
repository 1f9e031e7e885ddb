import { createRandom } from '../../algorithms/random.js';
import type { CorpusOptions, CorpusProgram, TaskCorpus } from '../corpus.js';
import { createStyle, renderWithFaults } from './family.js';
import type { Draft } from './family.js';
import { draftForms, draftPattern } from './forms.js';
import { normalForm } from './normal-form.js';
import { completionOf, draftOf, promptOf, variantsPerSetting } from './problems.js';
import { applySlips } from './slips.js';
import { settingsOf } from './split.js';

export { normalForm } from './normal-form.js';

export type { CorpusOptions, CorpusProgram } from '../corpus.js';

/**
 * Programs for the training settings, right and wrong, each family about equally often. A program
 * whose function has the form of a held-out reference or fault is left out and drawn again.
 */
export function makeCorpus(options: CorpusOptions): CorpusProgram[] {
  const programs: CorpusProgram[] = [];
  for (const { program } of corpusDraws(options)) programs.push(program);
  return programs;
}

/** The programs of `makeCorpus` one by one, each with the draft it came from and so with its cases. */
export function* corpusDraws(
  options: CorpusOptions,
): Generator<{ program: CorpusProgram; draft: Draft }> {
  const { n, faultRate, slipRate, seed } = options;
  const forbidden = heldOutForms();
  const settings = byFamily(settingsOf('train'));
  const random = createRandom(`cpp/corpus/${seed}`);
  for (let draws = 0, given = 0; given < n; draws++) {
    const { family, setting } = random.pick(settings[draws % settings.length]);
    const draft = family.draft(setting, createStyle(random.fork(draws)));
    const rendered = renderWithFaults(draft, random, faultRate);
    const { completion, kinds } = applySlips(completionOf(rendered.body), random, slipRate);
    const program = {
      prompt: promptOf(draft),
      completion,
      family: family.name,
      faults: [...rendered.faults, ...kinds],
    };
    if (forbidden.has(programForm(program))) continue;
    given++;
    yield { program, draft };
  }
}

function byFamily<T extends { family: { name: string } }>(rows: readonly T[]): T[][] {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    groups.set(row.family.name, [...(groups.get(row.family.name) ?? []), row]);
  }
  return [...groups.values()];
}

let memo: Set<string> | null = null;

/**
 * Forms of all held-out references and faults, of both held-out splits: every choice of right and
 * wrong texts at all sites of a draft (see `draftForms` for its cap), in every variant.
 */
export function heldOutForms(): Set<string> {
  if (memo) return memo;
  const forms = new Set<string>();
  for (const { family, setting } of [
    ...settingsOf('held_out'),
    ...settingsOf('held_out_families'),
  ]) {
    const seen = new Set<string>();
    for (let variant = 0; variant < variantsPerSetting; variant++) {
      const draft = draftOf(family, setting, variant);
      const pattern = draftPattern(draft);
      if (seen.has(pattern)) continue;
      seen.add(pattern);
      for (const form of draftForms(draft).forms) forms.add(form);
    }
  }
  memo = forms;
  return forms;
}

/** The form of each program's function. */
export function corpusForms(corpus: readonly CorpusProgram[]): Set<string> {
  return new Set(corpus.map(programForm));
}

/** Signature (the prompt's last line) and completion. */
function programForm({ prompt, completion }: { prompt: string; completion: string }): string {
  const start = prompt.lastIndexOf('\n', prompt.length - 2) + 1;
  return normalForm(prompt.slice(start) + completion);
}

export const cppCorpus: TaskCorpus = {
  make: makeCorpus,
  forms: corpusForms,
  heldOutForms,
  card: {
    tags: ['code', 'c++', 'reinforcement-learning'],
    one: 'program',
    many: 'programs',
    does: 'completes small C++ functions, often\nwrongly',
    feedback: 'compiler and sanitizer feedback',
    place: 'site that can go wrong does so',
    slip: 'a slip of the pen',
    renamed: 'names and literals are renamed',
  },
};
