import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Evaluation } from '../../evaluation/index.js';
import type { Problem } from '../../records.js';
import type { CorpusOptions, TaskCorpus } from '../../tasks/index.js';
import type { Workplace } from '../workplace/index.js';
import { corpusOf } from './task-corpus.js';

/** Written beside a policy's weights by `trainPretrain`; enough to make its corpus again. */
export interface PolicyRecipe {
  task: string;
  corpus: CorpusOptions;
}

export const recipeFile = 'recipe.json';

/**
 * Shares of evaluation completions that equal a program of the corpus the policy was pre-trained
 * on, names and literals aside (`normalForm`). `null` where the policy brings no recipe.
 */
export function corpusShares(
  { config, policy }: Workplace,
  problems: readonly Problem[],
  before: Evaluation,
  after: Evaluation,
): { before: number; after: number } | null {
  const recipe = readRecipe(policy.folder);
  if (!recipe || recipe.task !== config.task.name) return null;
  const corpus = corpusOf(recipe.task);
  const forms = formsOf(corpus, recipe);
  const prompts = new Map(problems.map(({ id, prompt }) => [id, prompt]));
  const share = ({ rows }: Evaluation): number => {
    const programs = rows.flatMap(({ problemId, family, completions }) => {
      const prompt = prompts.get(problemId);
      return typeof prompt === 'string'
        ? completions.map((completion) => ({ prompt, completion, family, faults: [] }))
        : [];
    });
    const known = programs.filter((program) => isSubset(corpus.forms([program]), forms));
    return known.length / Math.max(1, programs.length);
  };
  return { before: share(before), after: share(after) };
}

function readRecipe(folder: string | null): PolicyRecipe | null {
  if (folder === null) return null;
  try {
    return JSON.parse(readFileSync(path.join(folder, recipeFile), 'utf8')) as PolicyRecipe;
  } catch {
    // A policy from elsewhere: its corpus is not ours to compare with.
    return null;
  }
}

const known = new Map<string, Set<string>>();

/** Kept: both splits ask for the same corpus, and making it takes a second. */
function formsOf(corpus: TaskCorpus, recipe: PolicyRecipe): Set<string> {
  const key = JSON.stringify(recipe);
  const forms = known.get(key) ?? corpus.forms(corpus.make(recipe.corpus));
  known.set(key, forms);
  return forms;
}

function isSubset(part: ReadonlySet<string>, whole: ReadonlySet<string>): boolean {
  return [...part].every((form) => whole.has(form));
}
