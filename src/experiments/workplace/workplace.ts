/** Everything a training works with, opened from its config and closed together. */
import { inputError } from '../../errors.js';
import type {
  AttachOptions,
  Policy,
  SourceOptions,
  TrainableVariable,
  ValueHead,
} from '../../policy/index.js';
import {
  attachAdapter,
  createValueHead,
  loadAdapter,
  loadPolicy,
  parseHubId,
  trainableVariables,
  valueHeadVariables,
} from '../../policy/index.js';
import type { Problem } from '../../records.js';
import type { RewardFunction } from '../../rewards/index.js';
import type { JudgePool } from '../../sandbox/index.js';
import type { Task } from '../../tasks/index.js';
import { openTask } from '../../tasks/index.js';
import type { BackendChoice } from '../../tensor/index.js';
import { selectBackend } from '../../tensor/index.js';
import type { Optimizer, OptimizerSettings } from '../../training/index.js';
import { createOptimizer } from '../../training/index.js';
import type { Config, Method } from '../config/index.js';
import { isNowhere, placesOf } from '../config/found-folders.js';
import { isOnline } from '../config/index.js';
import type { TrainingKind } from '../run/run-status.js';
import { openJudge } from './judge.js';
import { promptLimit, requiredTask, taskOptions } from './problems.js';
import { configRewards } from './rewards.js';
import { openRolloutServer, type RolloutServer } from './rollout-server.js';

export interface Workplace {
  config: Config;
  /** `null` where the data come from a file and nothing is evaluated. */
  task: Task | null;
  trainProblems: Problem[];
  backend: BackendChoice;
  /** `null` where there is no task. */
  judge: JudgePool | null;
  policy: Policy;
  /** Frozen copy for the KL term where all weights are trained; else the base under the adapter. */
  reference: Policy | null;
  /** The adapter that the training started from, where it did: the reference then. */
  refAdapterName: string | undefined;
  /** PPO's. */
  valueHead: ValueHead | null;
  /** What changes beside the policy: the value head, a reference that follows. */
  further: TrainableVariable[];
  optimizer: Optimizer;
  rewards: RewardFunction[];
  /** Who samples in the place of the policy; absent where it does so itself. */
  rolloutServer?: RolloutServer | null;
  close(): Promise<void>;
}

/** Opens what is cheap to check first, so that a mistake in the config shows at once. */
export async function openWorkplace(
  config: Config,
  kind: TrainingKind,
  source: SourceOptions = {},
): Promise<Workplace> {
  const task =
    config.task.name === null
      ? null
      : await openTask(config.task.name, taskOptions(config, source));
  if (takesProblems(config, kind)) requiredTask({ task });
  const model = modelFolder(config);
  const rewards = await configRewards(config);
  const drawnProblems =
    task?.problems({
      split: config.task.train_split,
      n: config.task.train_problems,
      seed: config.task.seed,
    }) ?? [];
  const backend = await openBackend(config);
  const { dtype } = config.policy;
  const policy = await loadPolicy(model, { ...source, dtype });
  const samplesByServer = methodOf(kind) === 'grpo' && config.grpo.use_vllm;
  const rolloutServer = samplesByServer ? await openRolloutServer(config, policy, source) : null;
  const fits = promptLimit(config, policy);
  const trainProblems = fits(drawnProblems, (message) => source.onNote?.(message));
  const judge = task === null ? null : await openJudge(config, trainProblems, source.onNote);
  const refAdapterName = await openAdapter(config, policy, source);
  const needsCopy = !config.policy.use_peft && usesReference(config, kind);
  const reference = needsCopy ? await loadPolicy(model, { ...source, dtype }) : null;
  const valueHead = methodOf(kind) === 'ppo' ? createValueHead(policy) : null;
  const beside = valueHead ? valueHeadVariables(valueHead) : [];
  const variables = [...trainableVariables(policy), ...beside];
  const optimizer = createOptimizer(variables, optimizerSettings(config, methodOf(kind)));
  return {
    config,
    task,
    trainProblems,
    backend,
    judge,
    policy,
    reference,
    refAdapterName,
    valueHead,
    further: [
      ...beside,
      ...(reference && movesReference(config, kind) ? referenceWeights(reference) : []),
    ],
    optimizer,
    rewards,
    rolloutServer,
    async close() {
      await rolloutServer?.close();
      await judge?.close();
      optimizer.dispose();
      valueHead?.dispose();
      reference?.dispose();
      policy.dispose();
    },
  };
}

/** The method that a run of this kind trains by; one without training opens as for SFT, which adds nothing. */
export function methodOf(kind: TrainingKind): Method {
  if (kind === 'tour') return 'grpo';
  return kind === 'base' || kind === 'candidates' ? 'sft' : kind;
}

export function optimizerSettings(config: Config, method: Method): OptimizerSettings {
  const options = config[method];
  return {
    learningRate: options.learning_rate,
    adamBeta1: options.adam_beta1,
    adamBeta2: options.adam_beta2,
    adamEpsilon: options.adam_epsilon,
    weightDecay: options.weight_decay,
    maxGradNorm: options.max_grad_norm,
    normLearningRateRatio: options.norm_learning_rate_ratio,
  };
}

/** Whether the training starts from problems, not from the rows of a file. */
function takesProblems({ dataset }: Config, kind: TrainingKind): boolean {
  return isOnline(methodOf(kind)) || dataset.path === null;
}

/** Whether the method compares the policy with a frozen one while it trains. */
export function usesReference(config: Config, kind: TrainingKind): boolean {
  switch (methodOf(kind)) {
    case 'grpo':
      return config.grpo.beta > 0;
    case 'ppo':
      return config.ppo.kl_coef > 0;
    case 'dpo':
      return !config.dpo.precompute_ref_log_probs;
    case 'kto':
      // The completions of z0 change with the batch, so theirs cannot all be known beforehand.
      return config.kto.loss_type === 'kto' || !config.kto.precompute_ref_log_probs;
    case 'cpo':
    case 'orpo':
    case 'sft':
      return false;
  }
}

/** Whether the reference follows the policy, so that its weights belong into a checkpoint. */
export function movesReference({ grpo }: Config, kind: TrainingKind): boolean {
  return methodOf(kind) === 'grpo' && grpo.sync_ref_model;
}

export function referenceWeights(reference: Policy): TrainableVariable[] {
  return [...reference.weights].map(([name, variable]) => ({
    name: `reference.${name}`,
    variable,
  }));
}

export function requiredJudge(place: Pick<Workplace, 'task' | 'judge'>): JudgePool {
  requiredTask(place);
  if (place.judge) return place.judge;
  throw new Error('Internal: a workplace with a task and without a judge.');
}

/** The adapter that is trained: a fresh one, or a given one beside a frozen copy of it. */
export async function openAdapter(
  config: Config,
  policy: Policy,
  source: SourceOptions,
): Promise<string | undefined> {
  const { use_peft: usePeft, adapter_name_or_path: start } = config.policy;
  if (start === null) {
    if (usePeft) attachAdapter(policy, { ...adapterOptions(config), seed: config.run.seed });
    return undefined;
  }
  if (!usePeft) {
    throw inputError(
      'policy.adapter_name_or_path: expected policy.use_peft: true, got false. To train all weights, merge the adapter first (rlsf merge) and give the merged folder as model_name_or_path.',
    );
  }
  await loadAdapter(policy, start, source);
  await loadAdapter(policy, start, { ...source, name: 'reference', activate: false });
  return 'reference';
}

function adapterOptions({ policy }: Config): Omit<AttachOptions, 'seed'> {
  return {
    r: policy.lora_r,
    loraAlpha: policy.lora_alpha,
    loraDropout: policy.lora_dropout,
    useRslora: policy.use_rslora,
    targetModules: policy.lora_target_modules,
    excludeModules: policy.lora_exclude_modules,
    layersToTransform: policy.lora_layers_to_transform,
    layersPattern: policy.lora_layers_pattern,
    rankPattern: policy.lora_rank_pattern,
    alphaPattern: policy.lora_alpha_pattern,
    initLoraWeights: policy.init_lora_weights,
    modulesToSave: policy.lora_modules_to_save,
  };
}

/** The backend that the config names; `auto` leaves it to RLSF_BACKEND and what works here. */
export function openBackend(config: Config): Promise<BackendChoice> {
  const { backend, threads, matmul_precision: matmulPrecision } = config.run;
  return selectBackend(backend, { matmulPrecision, ...(threads === null ? {} : { threads }) });
}

export function modelFolder(config: Config): string {
  const folder = config.policy.model_name_or_path;
  if (folder === null) {
    throw inputError(
      'policy.model_name_or_path: expected the folder of a policy or its Hub id, got nothing. Set it in the file or with --set policy.model_name_or_path=data/policies/cpp-tiny.',
    );
  }
  if (parseHubId(folder) === null && isNowhere(folder))
    throw inputError(
      `policy.model_name_or_path: expected a folder in Hugging Face layout or a Hub id (owner/name), got ${folder}, which is no id. It is not beside the config file, and there is no ${placesOf(folder, null).join(', no ')}. Give another, such as data/policies/cpp-tiny.`,
    );
  return folder;
}
