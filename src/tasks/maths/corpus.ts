import { createRandom } from '../../algorithms/random.js';
import type { Random } from '../../algorithms/random.js';
import type { CorpusOptions, CorpusProgram, TaskCorpus } from '../corpus.js';
import { slippedAnswer, solveWithFaults } from './faults.js';
import { draftOf, promptOf } from './problems.js';
import type { Draft } from './problems.js';
import { answerLine, solutionForm, solutionText, solve } from './solution.js';
import { drawNumbers, isHeldOut, settingsOf } from './split.js';
import type { Numbers, Template } from './template.js';
import { templates } from './templates/index.js';

/**
 * Share of the corpus that is bare equations: ten times as much arithmetic for its tokens. With much
 * more of them a small policy calculates well and reads the wrong numbers out of the question.
 */
const sumsShare = 0.3;

const sumsFamily = 'sums';

/** Equations of one such list; about as long as a solution with its question. */
const sumsLength = 12;

/** Draws of numbers before a template counts as one that never makes sense. */
const attempts = 10_000;

/**
 * Worked solutions of the training templates, right and wrong, each template about equally often and
 * with numbers drawn anew each time; between them lists of the equations of such solutions, all true,
 * without which a small policy learns what to calculate long before it can. A held-out calculation
 * is drawn again: no question that asks for it is in the corpus, nor a wrong solution that happens to
 * equal it.
 */
export function makeCorpus(options: CorpusOptions): CorpusProgram[] {
  const { n, faultRate, slipRate, seed } = options;
  const trained = templates.filter(({ heldOut }) => !heldOut);
  const random = createRandom(`maths/corpus/${seed}`);
  const corpus: CorpusProgram[] = [];
  for (let draws = 0; corpus.length < n;) {
    if (random.next() < sumsShare) {
      corpus.push(sums(trained, random));
      continue;
    }
    const template = trained[draws++ % trained.length];
    const numbers = trainingNumbers(template, random);
    const draft = draftOf(template, numbers, random.fork(draws));
    const { completion, faults } = careless(draft, numbers, random, { faultRate, slipRate });
    if (faults.length > 0 && isHeldOut(solutionForm(completion))) continue;
    corpus.push({ prompt: promptOf(draft), completion, family: template.name, faults });
  }
  return corpus;
}

/** True equations as the training templates have them, without their stories. */
function sums(trained: readonly Template[], random: Random): CorpusProgram {
  const equations: string[] = [];
  while (equations.length < sumsLength) {
    const template = random.pick(trained);
    const numbers = trainingNumbers(template, random);
    for (const { expression, value } of solve(draftOf(template, numbers, random).steps, numbers))
      equations.push(` <<${expression}=${value}>>`);
  }
  const completion = equations.slice(0, sumsLength).join('');
  return { prompt: 'Sums:', completion, family: sumsFamily, faults: [] };
}

function trainingNumbers(template: Template, random: Random): Numbers {
  for (let i = 0; i < attempts; i++) {
    const drawn = drawNumbers(template, random);
    if (drawn !== null && !isHeldOut(drawn.form)) return drawn.numbers;
  }
  throw new Error(
    `Internal: maths template ${template.name}: none of ${attempts} draws of its numbers makes sense.`,
  );
}

function careless(
  draft: Draft,
  numbers: Numbers,
  random: Random,
  rates: { faultRate: number; slipRate: number },
): { completion: string; faults: string[] } {
  const { worked, faults } = solveWithFaults(draft.steps, numbers, random, rates.faultRate);
  if (random.next() >= rates.slipRate)
    return { completion: solutionText(worked, answerLine(worked)), faults };
  const { line, kind } = slippedAnswer(worked, random);
  return { completion: solutionText(worked, line), faults: [...faults, kind] };
}

export const mathsCorpus: TaskCorpus = {
  make: makeCorpus,
  forms: (corpus) => new Set(corpus.map(({ completion }) => solutionForm(completion))),
  heldOutForms: () =>
    new Set(
      [...settingsOf('held_out'), ...settingsOf('held_out_templates')].map(
        ({ template, numbers }) => {
          const worked = solve(draftOf(template, numbers, createRandom(0)).steps, numbers);
          return solutionForm(solutionText(worked, answerLine(worked)));
        },
      ),
    ),
  card: {
    tags: ['math', 'gsm8k', 'reinforcement-learning'],
    one: 'solution',
    many: 'solutions',
    does: 'solves small word problems step by step, often\nwrongly',
    feedback: 'checked arithmetic',
    place: 'step of a solution goes wrong',
    slip: 'a slip at its last line',
    renamed: 'names, objects and wording are dropped',
    note: `The family \`${sumsFamily}\`, ${100 * sumsShare} % of the corpus, is lists of true equations without a story.`,
  },
};
