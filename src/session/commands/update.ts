import { z } from 'zod';
import { methods } from '../../experiments/config/methods.js';
import type { MetricsLogRow } from '../../experiments/index.js';
import type { Rollout } from '../../records.js';
import { callCode } from './code.js';
import { defineCommand } from './command.js';

const methodField = z
  .enum(methods)
  .optional()
  .describe('what it learns by (default: the session’s method)');

export const advantagesCommand = defineCommand({
  name: 'advantages',
  summary: 'give the scored rollouts their advantages, as an update would take them',
  group: 'update',
  input: {},
  examples: ['advantages'],
  changes: true,
  async run(session): Promise<Rollout[]> {
    const { advantages } = await import('../index.js');
    return [...(await advantages(session))];
  },
  code: () => callCode('advantages'),
});

export interface UpdateMade {
  /** Updates of the session, this one included. */
  step: number;
  method: string;
  /** Under TRL's names. */
  metrics: Record<string, number>;
}

export const stepCommand = defineCommand({
  name: 'step',
  summary: 'one update of the policy on the rollouts in hand',
  group: 'update',
  input: { method: methodField },
  positional: ['method'],
  examples: ['step', 'step dpo', 'step --method kto'],
  changes: true,
  async run(session, { method }, { signal, emit }): Promise<UpdateMade> {
    const { step } = await import('../index.js');
    const metrics = await step(session, { method, signal, emit });
    return { step: session.steps, method: session.method, metrics };
  },
  code: ({ method }) => callCode('step', { method }),
});

export interface UpdatesMade {
  method: string;
  /** The metrics of each step. */
  steps: MetricsLogRow[];
}

export const trainCommand = defineCommand({
  name: 'train',
  summary: 'whole steps: pick, sample, judge, score, update; Ctrl-C stops behind the step in hand',
  group: 'update',
  input: {
    steps: z.int().min(1).default(1).describe('how many (default: 1)'),
    method: methodField,
  },
  positional: ['steps'],
  examples: ['train 5', 'train 2 --method ppo'],
  changes: true,
  async run(session, { steps, method }, { signal, emit, afterStep }): Promise<UpdatesMade> {
    const { train } = await import('../index.js');
    const made = await train(session, { steps, method, signal, emit, afterStep });
    return { method: session.method, steps: made };
  },
  code: ({ steps, method }) => callCode('train', { steps, method }),
});
