/** The parts of a session that are not a value: they are opened from one, and follow it. */
import { openJudge } from '../experiments/workplace/judge.js';
import { promptLimit, taskOptions } from '../experiments/workplace/problems.js';
import { openAdapter } from '../experiments/workplace/workplace.js';
import type { NamedTensor, Policy, SourceOptions, ValueHead } from '../policy/index.js';
import { createValueHead, loadPolicy, trainableVariables } from '../policy/index.js';
import type { Problem } from '../records.js';
import type { JudgePool } from '../sandbox/index.js';
import { languagesOf } from '../sandbox/index.js';
import type { Task } from '../tasks/index.js';
import { openTask } from '../tasks/index.js';
import type { BackendChoice } from '../tensor/index.js';
import type { Optimizer } from '../training/index.js';
import { shipped, shippedPolicy } from './shipped.js';
import type { SessionValue, Trained } from './value.js';
import { assignWeights, copyWeights, hasValueHead, trainedVariables } from './weights.js';

export interface Live {
  readonly backend: BackendChoice;
  /** How a Hub id is fetched. */
  readonly source: SourceOptions;
  policy: Policy;
  /** The adapter that the training starts from, where it does: the reference then. */
  refAdapterName: string | undefined;
  /** What the policy was opened from. */
  policyKey: string;
  task: Task;
  taskKey: string;
  /** The problems that are taken in turn. */
  pool: Problem[];
  poolKey: string;
  judge: { key: string; pool: JudgePool } | null;
  /** The trainable weights as they were loaded, kept before they change for the first time. */
  initial: ReadonlyMap<string, NamedTensor> | null;
  /** What the weights in memory are; `undefined` while an update changes them. */
  applied: Trained | null | undefined;
  optimizer: { key: string; of: Optimizer } | null;
  valueHead: ValueHead | null;
  /** A frozen copy for methods that compare with one, where all weights are trained. */
  reference: Policy | null;
}

/** Opens task and policy of a value; the cheap one first, so that a mistake shows at once. */
export async function openLive(
  value: SessionValue,
  backend: BackendChoice,
  source: SourceOptions,
): Promise<Live> {
  const task = await openTaskOf(value, source);
  const { policy, refAdapterName } = await openPolicyOf(value, source);
  try {
    const live: Live = {
      ...{ backend, source, policy, refAdapterName, policyKey: policyKeyOf(value) },
      ...{ task, taskKey: taskKeyOf(value), pool: poolOf(value, task, policy, source) },
      ...{ poolKey: poolKeyOf(value), judge: null, initial: null, applied: null },
      ...{ optimizer: null, valueHead: null, reference: null },
    };
    await settle(live, value);
    return live;
  } catch (error) {
    policy.dispose();
    throw error;
  }
}

/**
 * Makes the parts those of a value: loads another policy or task where it has one, and puts its trained
 * weights back, bit for bit. What must be loaded is there before anything is let go.
 */
export async function settle(live: Live, value: SessionValue): Promise<void> {
  const [policyKey, taskKey, poolKey] = [policyKeyOf(value), taskKeyOf(value), poolKeyOf(value)];
  const isSame = policyKey === live.policyKey;
  if (isSame && poolKey === live.poolKey && live.applied === value.trained) return;
  const task = taskKey === live.taskKey ? live.task : await openTaskOf(value, live.source);
  const loaded = isSame ? null : await openPolicyOf(value, live.source);
  try {
    if (poolKey !== live.poolKey)
      live.pool = poolOf(value, task, loaded?.policy ?? live.policy, live.source);
  } catch (error) {
    loaded?.policy.dispose();
    throw error;
  }
  Object.assign(live, { task, taskKey, poolKey });
  if (loaded) {
    dropTraining(live);
    live.policy.dispose();
    Object.assign(live, { ...loaded, policyKey, initial: null, applied: null });
  }
  if (live.applied !== value.trained) putTrained(live, value.trained);
}

/** The judging processes for the value's settings and problems; others are ended first. */
export async function openJudgeOf(live: Live, value: SessionValue): Promise<JudgePool> {
  const problems = [...live.pool, ...value.problems];
  const key = JSON.stringify([value.config.judge, languagesOf(problems)]);
  if (live.judge?.key === key) return live.judge.pool;
  const pool = await openJudge(value.config, problems);
  await live.judge?.pool.close();
  live.judge = { key, pool };
  return pool;
}

/** Ends the judging processes and frees the tensors. */
export async function closeLive(live: Live): Promise<void> {
  dropTraining(live);
  live.policy.dispose();
  await live.judge?.pool.close();
  live.judge = null;
}

/** The folder or Hub id of a value's policy. */
export function policyNameOf({ config }: Pick<SessionValue, 'config'>): string {
  return config.policy.model_name_or_path ?? shippedPolicy;
}

export function openTaskOf({ config }: SessionValue, source: SourceOptions): Promise<Task> {
  return openTask(config.task.name ?? 'cpp', taskOptions(config, source));
}

/** Whether two values have one policy before training. */
export function policyKeyOf({ config, policySeed }: SessionValue): string {
  return JSON.stringify([config.policy, policySeed]);
}

/** Whether two values have one task, whatever is taken of it. */
export function taskKeyOf({ config }: SessionValue): string {
  const { name, path, prompt_format, language, malformed, held_out_share, shot_seed } = config.task;
  return JSON.stringify([
    name,
    path,
    prompt_format,
    language,
    malformed,
    held_out_share,
    shot_seed,
  ]);
}

function poolKeyOf(value: SessionValue): string {
  const { task, sampling } = value.config;
  return JSON.stringify([task, sampling.max_completion_length, policyKeyOf(value)]);
}

function poolOf(
  { config }: SessionValue,
  task: Task,
  policy: Policy,
  source: SourceOptions,
): Problem[] {
  const { train_split: split, train_problems: n, seed } = config.task;
  return promptLimit(config, policy)(task.problems({ split, n, seed }), (note) =>
    source.onNote?.(note),
  );
}

async function openPolicyOf(
  value: SessionValue,
  source: SourceOptions,
): Promise<{ policy: Policy; refAdapterName: string | undefined }> {
  const { config, policySeed } = value;
  const policy = await loadPolicy(shipped(policyNameOf(value)), {
    ...source,
    dtype: config.policy.dtype,
  });
  try {
    const seeded = { ...config, run: { ...config.run, seed: policySeed } };
    return { policy, refAdapterName: await openAdapter(seeded, policy, source) };
  } catch (error) {
    policy.dispose();
    throw error;
  }
}

/** Weights of a value into the variables; the optimiser is made again by the next update. */
function putTrained(live: Live, trained: Trained | null): void {
  if (live.applied === null) live.initial ??= copyWeights(trainableVariables(live.policy));
  const weights = trained?.weights ?? live.initial;
  dropTraining(live);
  if (weights) {
    if (hasValueHead(weights)) live.valueHead = createValueHead(live.policy);
    assignWeights(trainedVariables(live), weights);
  }
  live.applied = trained;
}

function dropTraining(live: Live): void {
  live.optimizer?.of.dispose();
  live.valueHead?.dispose();
  live.reference?.dispose();
  Object.assign(live, { optimizer: null, valueHead: null, reference: null });
}
