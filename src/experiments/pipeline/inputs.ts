/** What decides what a stage makes: options, and hashes of what it reads. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../config/index.js';
import { sha256OfFile, sha256OfText } from '../run/files.js';
import type { TrainingKind } from '../run/run-status.js';
import type { Decisive } from '../study/fingerprint.js';
import { changedOptions, decisiveOptions, differences, inputsOf } from '../study/fingerprint.js';
import { rewardFiles } from '../workplace/rewards.js';
import type { StageInputs, StageRecords } from './record.js';
import type { ExperimentStage } from './stages.js';
import { pipelineMethods, setOf } from './stages.js';
import { lastTraining, trainedBy } from './trained.js';

/** Weights and problems: the same for all stages of a call, and slow to hash. */
export interface SharedInputs {
  policy: string;
  train: string;
  heldOut: string;
  /** The users' own rewards and a discriminator, by file. */
  rewards: Record<string, string>;
}

export async function sharedInputs(config: Config): Promise<SharedInputs> {
  const { model_name_or_path: model, adapter_name_or_path: adapter } = config.policy;
  const { train, heldOut } = await inputsOf(config);
  const parts = [await weightsHash(model), ...(adapter ? [await weightsHash(adapter)] : [])];
  const rewards: Record<string, string> = {};
  for (const file of rewardFiles(config.reward.functions)) {
    // One that is not there is told of when it is opened.
    rewards[`reward ${file}`] = await sha256OfFile(file).catch(() => 'none');
  }
  return { policy: parts.join('+'), train, heldOut, rewards };
}

/** Of a folder its weights, configs and tokenizer; of a Hub id its name. */
async function weightsHash(model: string | null): Promise<string> {
  if (model === null || !existsSync(model)) return model ?? '';
  const names = (await readdir(model)).filter((name) => /\.(safetensors|json)$/.test(name)).sort();
  const hashes = await Promise.all(names.map((name) => sha256OfFile(path.join(model, name))));
  return sha256OfText(names.map((name, index) => `${name} ${hashes[index]}`).join('\n'));
}

export function inputsOfStage(
  stage: ExperimentStage,
  config: Config,
  shared: SharedInputs,
  records: StageRecords,
  stages: readonly ExperimentStage[],
): StageInputs {
  const { policy, train, heldOut, rewards } = shared;
  const { bootstrap_resamples, confidence } = config.evaluation;
  const trained = lastTraining(records, stages)?.hash ?? null;
  const outputOf = (from: ExperimentStage, file: string): string | null =>
    records[from]?.state === 'finished' ? (records[from].outputs[file] ?? null) : null;
  switch (stage) {
    case 'baseline':
      return {
        parts: [{ kind: 'base', options: measuredOptions(config) }],
        hashes: { policy, heldOut },
      };
    case 'train_gen':
      return {
        parts: [{ kind: 'candidates', options: candidateOptions(config) }],
        hashes: { policy, train, ...rewards },
      };
    case 'rl_build': {
      const file = 'candidates_annotated.jsonl';
      return {
        parts: [{ kind: 'candidates', options: setOptions(config) }],
        hashes: { train, [file]: outputOf('train_gen', file) },
      };
    }
    case 'train_all': {
      const methods = pipelineMethods(config);
      const sets = methods.map(setOf).filter((set) => set !== null);
      return {
        parts: methods.map((kind) => ({ kind, options: trainingOptions(kind, config) })),
        hashes: {
          policy,
          ...rewards,
          ...(sets.length < methods.length ? { train } : {}),
          ...Object.fromEntries(sets.map((set) => [set, outputOf('rl_build', set)])),
        },
      };
    }
    case 'online_grpo': {
      const onTop = config.pipeline.online_grpo_start === 'train_all';
      return {
        parts: [{ kind: 'grpo', options: trainingOptions('grpo', config) }],
        hashes: {
          policy,
          train,
          ...rewards,
          ...(onTop
            ? { 'what train_all left': trainedBy(records, 'train_all')?.hash ?? null }
            : {}),
        },
      };
    }
    case 'merge':
      return {
        parts: [{ kind: 'base', options: { 'policy.dtype': config.policy.dtype } }],
        hashes: { policy, trained },
      };
    case 'test_after':
      return {
        parts: [{ kind: 'base', options: measuredOptions(config) }],
        hashes: { policy, heldOut, trained },
      };
    case 'analyze':
    case 'report': {
      const options = { bootstrap_resamples, confidence };
      const files = [
        ...pair('baseline', 'evaluations_baseline'),
        ...pair('test_after', 'evaluations_after'),
        ...(stage === 'report' ? [['analyze', 'analysis.json'] as const] : []),
      ];
      return {
        parts: [{ kind: 'base', options }],
        hashes: {
          trained,
          ...(stage === 'report' ? { 'what was done': madeHash(records) } : {}),
          ...Object.fromEntries(files.map(([from, file]) => [file, outputOf(from, file)])),
        },
      };
    }
  }
}

/** The page tells of every stage, so it is written again after any. */
function madeHash({ report: _own, ...others }: StageRecords): string {
  const made = Object.entries(others).map(([stage, { state, ended }]) => [stage, state, ended]);
  return sha256OfText(JSON.stringify(made.sort()));
}

function pair(from: ExperimentStage, name: string): [ExperimentStage, string][] {
  return [
    [from, `${name}.json`],
    [from, `${name}.jsonl`],
  ];
}

function measuredOptions(config: Config): Decisive {
  const { eval_problems: _curve, ...evaluation } = config.evaluation;
  return decisiveOptions('base', { ...config, evaluation: { ...evaluation, eval_problems: 1 } });
}

/** What is held out is no matter to candidates, and their problems are hashed. */
function candidateOptions(config: Config): Decisive {
  const options = decisiveOptions('candidates', config);
  const kept = Object.entries(options).filter(([name]) => !name.startsWith('task.held_out'));
  return { ...Object.fromEntries(kept), 'reward.functions': config.reward.functions };
}

function setOptions({ dataset, reward, run }: Config): Decisive {
  const { n_best, completions, pairs } = dataset;
  return {
    'dataset.n_best': n_best,
    'dataset.completions': completions,
    ...Object.fromEntries(
      Object.entries(pairs).map(([name, value]) => [`dataset.pairs.${name}`, value]),
    ),
    'reward.shuffle': reward.shuffle,
    'run.seed': run.seed,
  };
}

/** How held-out problems are measured matters to a training that measures while it trains. */
function trainingOptions(method: TrainingKind, config: Config): Decisive {
  const options = decisiveOptions(method, config);
  if (config.evaluation.eval_steps !== null) return options;
  return Object.fromEntries(
    Object.entries(options).filter(
      ([name]) => !name.startsWith('evaluation.') && !name.startsWith('task.held_out'),
    ),
  );
}

/** What is no longer as it was, in words: `kto.beta: 0.1 → 0.2`, `pairs.jsonl`. */
export function changedInputs(there: StageInputs, here: StageInputs): string[] {
  const kinds = ({ parts }: StageInputs): string => parts.map(({ kind }) => kind).join(', ');
  const options =
    kinds(there) === kinds(here)
      ? here.parts.flatMap(({ kind, options: now }, index) =>
          changedOptions(kind, there.parts[index].options, now),
        )
      : [`${kinds(there)} → ${kinds(here)}`];
  return [...new Set(options), ...differences(there.hashes, here.hashes)];
}
