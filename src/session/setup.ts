/** What the session works with: policy, task, settings. */
import { usageError } from '../errors.js';
import type { Config } from '../experiments/index.js';
import { configWith } from '../experiments/index.js';
import { configRewards } from '../experiments/workplace/rewards.js';
import type { Policy } from '../policy/index.js';
import type { Task, TaskOptions } from '../tasks/index.js';
import { change } from './history.js';
import { policyKeyOf, settle, taskKeyOf } from './live.js';
import { taskSettings, withFirstSplit } from './options.js';
import type { Session } from './session.js';
import type { SessionValue } from './value.js';

export interface PolicyChoice {
  /** A folder in Hugging Face layout, or a Hub id. @default the one in use, as it is on disk */
  policy?: string;
  /** A PEFT adapter folder or Hub id to train further. @default none: a fresh one */
  adapter?: string | null;
}

/**
 * Loads another policy or adapter in the place of the one in use: what was trained of that, and what it
 * answered, is left behind, and comes back with `undo`.
 */
export function usePolicy(session: Session, choice: PolicyChoice): Promise<Policy> {
  return change(session, 'policy', (value) => {
    const { policy = session.policyName, adapter = null } = choice;
    const config = configWith(
      value.config,
      {
        'policy.model_name_or_path': policy,
        'policy.adapter_name_or_path': adapter,
        ...(adapter === null ? {} : { 'policy.use_peft': true }),
      },
      'usePolicy',
    );
    const next = untrained({ ...value, config, policySeed: config.run.seed });
    return settled(session, next, () => session.policy);
  });
}

export interface TaskChoice {
  /** Name of a task, or the folder of one's own. @default the one in use */
  task?: string;
  /** @default `train`, or the task's first */
  split?: string;
  /** Where its data is, its prompt format, … */
  options?: TaskOptions;
}

/** Takes problems from another task or split. Problems and rollouts in hand go. */
export function useTask(session: Session, choice: TaskChoice): Promise<Task> {
  return change(session, 'task', async (value) => {
    const { task, split, options = {} } = choice;
    const config = configWith(
      value.config,
      {
        ...(task === undefined ? {} : { ...ofAnotherTask, 'task.name': task }),
        ...taskSettings(options),
        ...(split === undefined ? {} : { 'task.train_split': split }),
      },
      'useTask',
    );
    const next: SessionValue = {
      ...value,
      config:
        split === undefined ? await withFirstSplit(config, session.parts.live.source) : config,
      ...{ problems: [], pinned: false, rollouts: [], taken: 0 },
    };
    return settled(session, next, () => session.task);
  });
}

/** What only the task before could understand. */
const ofAnotherTask = {
  'task.path': null,
  'task.prompt_format': null,
  'task.language': null,
  'task.train_split': 'train',
};

/**
 * Changes settings by their path in the config (`grpo.beta`, `sampling.temperature`); all are checked
 * together. Another policy or task by this way acts as `usePolicy` and `useTask` do.
 */
export function configure(
  session: Session,
  settings: Readonly<Record<string, unknown>>,
): Promise<Config> {
  return change(session, 'set', async (value) => {
    const fixed = Object.keys(settings).find((key) => fixedSettings.includes(key));
    if (fixed !== undefined)
      throw usageError(
        `configure: ${fixed} is chosen when a session is opened. Open another one with it (set: ['${fixed}=…']).`,
      );
    const config = configWith(value.config, settings, 'configure');
    let next: SessionValue = { ...value, config, ...(await rewardsAfter(value, config)) };
    if (policyKeyOf(next) !== policyKeyOf(value))
      next = untrained({ ...next, policySeed: config.run.seed });
    if (isOtherTask(value, next))
      next = { ...next, problems: [], pinned: false, rollouts: [], taken: 0 };
    return settled(session, next, () => config);
  });
}

/** Functions that were handed in stay until the config names others. */
async function rewardsAfter(
  { config: { reward: before }, rewardsAreGiven }: SessionValue,
  config: Config,
): Promise<Partial<Pick<SessionValue, 'rewards' | 'rewardsAreGiven'>>> {
  const isNamed = JSON.stringify(config.reward.functions) !== JSON.stringify(before.functions);
  const isWorth = JSON.stringify(config.reward.scores) !== JSON.stringify(before.scores);
  if (!isNamed && (!isWorth || rewardsAreGiven)) return {};
  return { rewards: await configRewards(config), rewardsAreGiven: false };
}

/** The backend holds tensors of the policy. */
const fixedSettings = ['run.backend', 'run.threads', 'run.matmul_precision'];

function isOtherTask(before: SessionValue, after: SessionValue): boolean {
  const drawn = ({ config }: SessionValue): unknown[] => [
    config.task.train_split,
    config.task.seed,
    config.task.train_problems,
  ];
  return (
    taskKeyOf(before) !== taskKeyOf(after) ||
    JSON.stringify(drawn(before)) !== JSON.stringify(drawn(after))
  );
}

/** As a policy is that was just loaded; another one's answers would teach it nothing. */
function untrained(value: SessionValue): SessionValue {
  return { ...value, trained: null, rollouts: [], steps: 0, metrics: [] };
}

/** The result is read once the parts are those of the value. */
async function settled<T>(
  session: Session,
  value: SessionValue,
  result: () => T,
): Promise<{ value: SessionValue; result: T }> {
  await settle(session.parts.live, value);
  return { value, result: result() };
}
