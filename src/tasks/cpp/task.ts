import { createRandom } from '../../algorithms/random.js';
import { inputError } from '../../errors.js';
import { closest } from '../closest.js';
import type { Problem } from '../../records.js';
import type { Task } from '../task.js';
import { cppCorpus } from './corpus.js';
import { makeProblem, taskName, variantsPerSetting } from './problems.js';
import { settingsOf, splits } from './split.js';
import type { Split } from './split.js';

/** Small C++ functions to be completed, judged by compiler, sanitizers and hidden tests. */
export const cppTask: Task = {
  name: taskName,
  summary:
    'Complete a small C++ function: arrays, strings, pointers, allocation, arithmetic, recursion.',
  splits: [...splits],
  stop: [],
  problems,
  corpus: cppCorpus,
};

/**
 * `n` problems of a split (all of them without `n`), every setting once before any comes again in
 * another variant; the seed decides order and variants.
 */
function problems(options: { split: string; n?: number; seed: number }): Problem[] {
  const split = checkedSplit(options.split);
  const random = createRandom(`cpp/problems/${split}/${options.seed}`);
  const rows = random
    .shuffle(settingsOf(split))
    .map((row) => ({ ...row, variants: random.shuffle([...Array(variantsPerSetting).keys()]) }));
  const wanted = options.n ?? Infinity;
  const result: Problem[] = [];
  const prompts = new Set<string>();
  for (let round = 0; round < variantsPerSetting && result.length < wanted; round++) {
    for (const { family, setting, variants } of rows) {
      if (result.length >= wanted) break;
      const problem = makeProblem(family, setting, variants[round], split);
      // Two variants may draw the same names: one problem.
      if (prompts.has(problem.prompt as string)) continue;
      prompts.add(problem.prompt as string);
      result.push(problem);
    }
  }
  if (options.n !== undefined && result.length < options.n) {
    throw inputError(
      `cpp task: expected n of at most ${result.length} for split "${split}", got ${options.n}. Ask for fewer problems.`,
    );
  }
  return result;
}

function checkedSplit(name: string): Split {
  const found = splits.find((split) => split === name);
  if (found) return found;
  throw inputError(
    `cpp task: expected a split of ${splits.join(', ')}, got "${name}". Did you mean "${closest(name, splits)}"?`,
  );
}
