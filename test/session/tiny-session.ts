import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { savePolicy } from '../../src/policy/index.js';
import type { Rollout } from '../../src/records.js';
import type { RewardFunction } from '../../src/rewards/index.js';
import { openSession } from '../../src/session/index.js';
import type { Session, SessionOptions } from '../../src/session/index.js';
import { selectBackend } from '../../src/tensor/index.js';
import { tinyPolicy } from '../training/tiny-policy.js';

/** A folder for the tests of a file, with a tiny policy in `model`, and sessions of it. */
export function tinySessions(): {
  at(name: string): string;
  open(options?: SessionOptions): Promise<Session>;
} {
  let folder = '';
  const at = (name: string): string => path.join(folder, name);
  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'rlsf-session-'));
    await selectBackend('auto', { threads: 1 });
    const policy = await tinyPolicy(1, { maxPositions: 1024 });
    await savePolicy(policy, at('model'));
    policy.dispose();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    at,
    open: (options = {}) =>
      openSession({
        policy: at('model'),
        task: 'cpp',
        seed: 5,
        numGenerations: 4,
        sampling: { maxNewTokens: 8 },
        loraR: 2,
        judge: { workers: 1 },
        rewards: [lowBytes],
        ...options,
        set: [
          'run.threads=1',
          'task.train_problems=6',
          'grpo.prompts_per_step=1',
          'ppo.prompts_per_step=1',
          ...(options.set ?? []),
        ],
      }),
  };
}

/** A reward that needs no judge and differs within a group: how many low bytes were written. */
export const lowBytes: RewardFunction = {
  name: 'low_bytes',
  weight: 1,
  score: (rollouts: readonly Rollout[]) =>
    rollouts.map(({ completionIds }) => ({
      score: completionIds.filter((id) => id < 128).length + 0.1 * completionIds[0],
    })),
};
