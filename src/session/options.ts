import type { Config, Method } from '../experiments/index.js';
import { configWith, configWithSet, loadConfig, methods } from '../experiments/index.js';
import { taskOptions } from '../experiments/workplace/problems.js';
import { setLayers } from '../experiments/config/layers.js';
import { configRewards } from '../experiments/workplace/rewards.js';
import { inputError } from '../errors.js';
import type { SourceOptions } from '../policy/index.js';
import type { SamplingSettings } from '../records.js';
import type { RewardFunction } from '../rewards/index.js';
import type { JudgeOptions } from '../sandbox/index.js';
import type { TaskOptions } from '../tasks/index.js';
import { openTask } from '../tasks/index.js';
import type { BackendName } from '../tensor/index.js';
import { shipped, shippedPolicy } from './shipped.js';
import type { SessionValue } from './value.js';

/** What is not given here is as the config says, else as its default. */
export interface SessionOptions {
  /** Letters, digits, `.`, `_` and `-`; also the name of its folder when it is saved. @default 'session' */
  name?: string;
  /** A config file (YAML or JSON) to start from. @default the defaults alone */
  config?: string;
  /** `section.key=value`, over everything else. */
  set?: string[];
  /** What `step` and `train` update by. @default 'grpo' */
  method?: Method;
  /** A folder in Hugging Face layout, or a Hub id. @default the shipped policy for C++ */
  policy?: string;
  /** A PEFT adapter folder or Hub id to start from. */
  adapter?: string;
  /** How a Hub id is fetched: offline, progress. */
  source?: SourceOptions;
  /** How the matrices are held; `bfloat16` for a base that stays frozen. @default 'float32' */
  dtype?: 'float32' | 'bfloat16';
  /** Name of a task, or the folder of one's own. @default 'cpp' */
  task?: string;
  /** Where its data is, its prompt format, … */
  taskOptions?: TaskOptions;
  /** @default 'train', or the task's first */
  split?: string;
  /** Of draws, adapters and the choice of problems. @default 42, problems as `task.seed` says */
  seed?: number;
  /** Completions of one problem. @default 8 */
  numGenerations?: number;
  sampling?: Partial<Omit<SamplingSettings, 'seed' | 'stop'>>;
  /** Functions in memory; a saved session keeps only their names. @default those of the config */
  rewards?: RewardFunction[];
  judge?: Omit<JudgeOptions, 'languages' | 'compileServer'>;
  backend?: BackendName | 'auto';
  /** Rank of the adapter that an update trains, of alpha twice that; 0 trains all weights. @default 16 */
  loraR?: number;
}

/** The value that a session begins with. */
export async function firstValue(options: SessionOptions): Promise<SessionValue> {
  const { method = 'grpo', set = [] } = options;
  if (!methods.includes(method))
    throw inputError(`openSession: expected method ${methods.join(', ')}, got ${method}.`);
  const file = options.config === undefined ? null : shipped(options.config);
  const loaded = await loadConfig(file, { method });
  const given = configWith(loaded, optionsOf(options, loaded), 'openSession');
  const full = configWithSet(given, set);
  const isNamed = setLayers(set).some(({ source }) => source.startsWith('--set task.train_split='));
  const config =
    options.split !== undefined || isNamed ? full : await withFirstSplit(full, options.source);
  return {
    config,
    method,
    policySeed: config.run.seed,
    rewards: options.rewards ?? (await configRewards(config)),
    rewardsAreGiven: options.rewards !== undefined,
    problems: [],
    pinned: false,
    rollouts: [],
    trained: null,
    taken: 0,
    draws: 0,
    steps: 0,
    metrics: [],
  };
}

/** Problems come from the task's first split where it has none of the config's name. */
export async function withFirstSplit(config: Config, source: SourceOptions = {}): Promise<Config> {
  const { splits } = await openTask(config.task.name ?? 'cpp', taskOptions(config, source));
  if (splits.includes(config.task.train_split)) return config;
  return configWith(config, { 'task.train_split': splits[0] }, 'openSession');
}

export function checkSessionName(name: string): void {
  if (/^[\w.][\w.-]*$/.test(name) && name !== '.' && name !== '..') return;
  throw inputError(
    `Session: expected a name of letters, digits, ".", "_" and "-", got ${JSON.stringify(name)}. Choose such a name.`,
  );
}

/** The options as options of the config. */
function optionsOf(options: SessionOptions, { policy, task }: Config): Record<string, unknown> {
  const { loraR, adapter, seed, numGenerations, sampling = {}, judge = {} } = options;
  return defined({
    'policy.model_name_or_path': options.policy ?? policy.model_name_or_path ?? shippedPolicy,
    'policy.adapter_name_or_path': adapter,
    'policy.dtype': options.dtype,
    ...(loraR === undefined ? {} : loraOptions(loraR, adapter)),
    'task.name': options.task ?? task.name ?? 'cpp',
    'task.train_split': options.split,
    ...taskSettings(options.taskOptions ?? {}),
    'run.seed': seed,
    'task.seed': seed,
    'run.backend': options.backend,
    'grpo.num_generations': numGenerations,
    'ppo.num_generations': numGenerations,
    ...samplingSettings(sampling),
    'judge.workers': judge.workers,
    'judge.cpu_ms': judge.cpuMs,
    'judge.wall_ms': judge.wallMs,
    'judge.memory_mib': judge.memoryMiB,
    'judge.output_kib': judge.outputKiB,
    'judge.isolation': judge.isolation,
    'judge.cache': judge.cacheFolder,
    'judge.cache_mib': judge.cacheMiB,
    'judge.batch_size': judge.batchSize,
    'judge.std': judge.std,
    'judge.compiler': judge.compiler,
    'judge.flags': judge.flags,
  });
}

function loraOptions(r: number, adapter: string | undefined): Record<string, unknown> {
  if (r > 0) return { 'policy.use_peft': true, 'policy.lora_r': r, 'policy.lora_alpha': 2 * r };
  // An adapter that is given is what is trained.
  return { 'policy.use_peft': adapter !== undefined };
}

/** A task's options in the config's words. */
export function taskSettings(options: TaskOptions): Record<string, unknown> {
  return defined({
    'task.path': options.path,
    'task.prompt_format': options.promptFormat,
    'task.language': options.language,
    'task.malformed': options.malformed,
    'task.held_out_share': options.heldOutShare,
    'task.shot_seed': options.shotSeed,
  });
}

function samplingSettings(
  sampling: Partial<Omit<SamplingSettings, 'seed' | 'stop'>>,
): Record<string, unknown> {
  return {
    'sampling.temperature': sampling.temperature,
    'sampling.top_k': sampling.topK,
    'sampling.top_p': sampling.topP,
    'sampling.min_p': sampling.minP,
    'sampling.repetition_penalty': sampling.repetitionPenalty,
    'sampling.max_completion_length': sampling.maxNewTokens,
    'sampling.stop_token_ids': sampling.stopTokenIds,
  };
}

function defined(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
