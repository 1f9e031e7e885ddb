/** What the stages are called, what they write, and what they take from one another. */
import { inputError, usageError } from '../../errors.js';
import { distance } from 'fastest-levenshtein';
import type { Config, Method } from '../config/index.js';
import { isOnline } from '../config/index.js';
import { experimentStages, type ExperimentStage } from '../config/sections/pipeline.js';

export { experimentStages, type ExperimentStage };

/** What each stage leaves in the experiment's folder; a name that ends in `/` is a folder. */
export const artifactsOf: Readonly<Record<ExperimentStage, readonly string[]>> = {
  baseline: ['evaluations_baseline.json', 'evaluations_baseline.jsonl', 'examples_baseline.jsonl'],
  train_gen: ['candidates.jsonl', 'candidates_annotated.jsonl'],
  rl_build: ['nbest.jsonl', 'pairs.jsonl', 'kto.jsonl', 'sft.jsonl', 'manifest.json'],
  train_all: ['train/'],
  online_grpo: ['online_grpo/'],
  merge: ['merged/'],
  test_after: ['evaluations_after.json', 'evaluations_after.jsonl', 'examples_after.jsonl'],
  analyze: ['analysis.json'],
  report: ['report.md', 'plots/'],
};

/** The methods of train_all, in order. */
export function pipelineMethods({ pipeline }: Pick<Config, 'pipeline'>): Method[] {
  return [pipeline.methods].flat();
}

/** The set that a method learns from; `null` where it samples for itself. */
export function setOf(method: Method): 'pairs.jsonl' | 'kto.jsonl' | 'sft.jsonl' | null {
  if (isOnline(method)) return null;
  return method === 'kto' || method === 'sft' ? `${method}.jsonl` : 'pairs.jsonl';
}

/** What a stage takes, and which stages can have made it: one of each list. */
export function needsOf(
  stage: ExperimentStage,
  config: Config,
): { what: string; from: ExperimentStage[] }[] {
  const trained = { what: 'a trained policy', from: ['train_all', 'online_grpo'] };
  switch (stage) {
    case 'baseline':
    case 'train_gen':
      return [];
    case 'rl_build':
      return [{ what: 'candidates_annotated.jsonl', from: ['train_gen'] }];
    case 'train_all':
      return [...new Set(pipelineMethods(config).map(setOf))].flatMap((set) =>
        set === null ? [] : [{ what: set, from: ['rl_build'] }],
      );
    case 'online_grpo':
      return config.pipeline.online_grpo_start === 'train_all'
        ? [{ what: 'what train_all left', from: ['train_all'] }]
        : [];
    case 'merge':
    case 'test_after':
      return [trained as { what: string; from: ExperimentStage[] }];
    case 'analyze':
    case 'report':
      return [
        { what: 'evaluations_baseline.json', from: ['baseline'] },
        { what: 'evaluations_after.json', from: ['test_after'] },
      ];
  }
}

/** Names of stages as they are given, in the order in which they are run. */
export function chosenStages(names: readonly string[], flag: string): ExperimentStage[] {
  for (const name of names) {
    if ((experimentStages as readonly string[]).includes(name)) continue;
    const [nearest] = [...experimentStages].sort((a, b) => distance(name, a) - distance(name, b));
    throw usageError(
      `rlsf run: ${flag} expects stages out of ${experimentStages.join(', ')}, got '${name}'. Nearest: ${nearest}.`,
    );
  }
  return experimentStages.filter((stage) => names.includes(stage));
}

/** A config that the stages could not follow is refused before anything is run. */
export function checkPipelineConfig({ dataset }: Config): void {
  if (dataset.path === null && dataset.candidates.path === null) return;
  const option = dataset.path === null ? 'dataset.candidates.path' : 'dataset.path';
  const maker = dataset.path === null ? 'train_gen draws them' : 'rl_build makes the sets';
  throw inputError(
    `${option}: expected nothing, because ${maker} here, got ${dataset.path ?? dataset.candidates.path}. Leave it out, or train on it alone: rlsf train.`,
  );
}
