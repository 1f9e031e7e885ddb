import { attachAdapter, loadPolicy } from '../policy/index.js';
import type { Policy, SourceOptions } from '../policy/index.js';
import type { Problem, Rollout, SamplingSettings } from '../records.js';
import { sanitizerCurriculum } from '../rewards/index.js';
import type { RewardFunction } from '../rewards/index.js';
import { createJudgePool, languagesOf } from '../sandbox/index.js';
import type { JudgeOptions, JudgePool } from '../sandbox/index.js';
import { openTask } from '../tasks/index.js';
import type { Task, TaskOptions } from '../tasks/index.js';
import { selectBackend } from '../tensor/index.js';
import type { BackendName } from '../tensor/index.js';
import { shipped, shippedPolicy } from './shipped.js';
import type { Change } from './undo.js';
import type { Learner } from './step.js';

export interface SessionOptions {
  /** A folder in Hugging Face layout, or a Hub id. @default the shipped policy for C++ */
  policy?: string;
  /** A PEFT adapter folder or Hub id to start from. */
  adapter?: string;
  /** How a Hub id is fetched: offline, progress. */
  source?: SourceOptions;
  /** How the matrices are held; `bfloat16` for a base that stays frozen. @default 'float32' */
  dtype?: 'float32' | 'bfloat16';
  /** Name of a task, or the folder of one's own. */
  task: string;
  /** Where its data is, its prompt format, … */
  taskOptions?: TaskOptions;
  /** @default 'train', or the task's first */
  split?: string;
  /** @default 42 */
  seed?: number;
  /** Completions of one problem. @default 8 */
  numGenerations?: number;
  sampling?: Partial<Omit<SamplingSettings, 'seed' | 'stop'>>;
  /** @default the sanitizer curriculum */
  rewards?: RewardFunction[];
  judge?: JudgeOptions;
  backend?: BackendName | 'auto';
  /** Rank of the adapter that `step` trains; 0 trains all weights. @default 16 */
  loraR?: number;
}

/**
 * What one sits in front of: a policy, a task, a reward and the rollouts in hand. The acts in
 * `acts.ts` and `step.ts` change it; each can be undone.
 */
export interface Session {
  readonly policy: Policy;
  readonly task: Task;
  readonly split: string;
  readonly seed: number;
  readonly numGenerations: number;
  readonly settings: SamplingSettings;
  /** The problems of the split, in the order they are taken. */
  readonly pool: Problem[];
  rewards: RewardFunction[];
  /** The problems that the rollouts in hand answer. */
  problems: Problem[];
  rollouts: Rollout[];
  /** Batches sampled so far; the next one draws from its own seed. */
  draws: number;
  /** Updates made. */
  steps: number;
  readonly judgeOptions: JudgeOptions;
  /** Opened by the first judging. */
  judge: JudgePool | null;
  learner: Learner | null;
  readonly past: Change[];
}

/** Opens the workbench. Close it with `closeSession`: it may hold judging processes. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { seed = 42, numGenerations = 8, loraR = 16, sampling = {} } = options;
  const task = await openTask(options.task, options.taskOptions);
  const split = options.split ?? (task.splits.includes('train') ? 'train' : task.splits[0]);
  await selectBackend(options.backend ?? 'auto');
  const policy = await loadPolicy(shipped(options.policy ?? shippedPolicy), {
    ...options.source,
    adapter: options.adapter,
    dtype: options.dtype,
  });
  if (!policy.adapter && loraR > 0)
    attachAdapter(policy, {
      r: loraR,
      loraAlpha: 2 * loraR,
      targetModules: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'],
      seed,
    });
  return {
    policy,
    task,
    split,
    seed,
    numGenerations,
    settings: {
      temperature: 1,
      topK: 0,
      topP: 1,
      minP: 0,
      maxNewTokens: 256,
      ...sampling,
      stop: task.stop,
      seed,
    },
    pool: task.problems({ split, seed }),
    rewards: options.rewards ?? [sanitizerCurriculum()],
    problems: [],
    rollouts: [],
    draws: 0,
    steps: 0,
    judgeOptions: options.judge ?? {},
    judge: null,
    learner: null,
    past: [],
  };
}

export async function openJudge(session: Session): Promise<JudgePool> {
  const languages = languagesOf(session.pool);
  session.judge ??= await createJudgePool({ languages, ...session.judgeOptions });
  return session.judge;
}

/** Ends the judging processes and frees the tensors. */
export async function closeSession(session: Session): Promise<void> {
  await session.judge?.close();
  session.judge = null;
  session.learner?.optimizer.dispose();
  session.learner = null;
  session.past.length = 0;
  session.policy.dispose();
}
