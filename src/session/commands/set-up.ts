import { z } from 'zod';
import { callCode } from './code.js';
import { defineCommand } from './command.js';
import { pathsAt } from './places.js';

export interface PolicyInHand {
  policy: string;
  adapter: string | null;
  /** Of the weights, adapter included. */
  revision: string;
}

export const policyCommand = defineCommand({
  name: 'policy',
  summary: 'load another policy, or an adapter on it; alone it says which is loaded',
  group: 'set up',
  input: {
    policy: z.string().optional().describe('a folder in Hugging Face layout, or a Hub id'),
    adapter: z.string().optional().describe('a PEFT adapter to go on from'),
  },
  positional: ['policy'],
  examples: ['policy', 'policy data/policies/cpp-tiny', 'policy --adapter runs/tour/adapter'],
  changes: true,
  complete: async (_, __, typed) => pathsAt(typed),
  async run(session, { policy, adapter }): Promise<PolicyInHand> {
    const { usePolicy } = await import('../index.js');
    if (policy !== undefined || adapter !== undefined)
      await usePolicy(session, { policy, adapter });
    return {
      policy: session.policyName,
      adapter: session.config.policy.adapter_name_or_path,
      revision: session.policy.revision,
    };
  },
  code: ({ policy, adapter }) =>
    policy === undefined && adapter === undefined ? '' : callCode('usePolicy', { policy, adapter }),
});

export interface TaskInHand {
  task: string;
  summary: string;
  split: string;
  splits: string[];
  problems: number;
}

export const taskCommand = defineCommand({
  name: 'task',
  summary: 'take problems from another task or split; alone it says which one is taken',
  group: 'set up',
  input: {
    name: z.string().optional().describe('a task, or the folder of your own'),
    split: z.string().optional().describe('the split problems come from'),
    path: z.string().optional().describe('its data: a file, a folder, or a data set of the Hub'),
    promptFormat: z.string().optional().describe('one of its prompt formats'),
    language: z.enum(['cpp', 'python', 'java', 'text']).optional().describe('one of its languages'),
  },
  positional: ['name'],
  examples: ['task', 'task maths', 'task cpp --split held_out'],
  changes: true,
  async complete(session, field, typed) {
    if (field === 'split') return session.task.splits;
    if (field === 'path') return pathsAt(typed);
    if (field !== 'name') return [];
    const { listTasks } = await import('../../tasks/index.js');
    return listTasks().map(({ name, summary }) => ({ text: name, summary }));
  },
  async run(session, { name, split, ...options }): Promise<TaskInHand> {
    const { useTask } = await import('../index.js');
    const hasOptions = Object.values(options).some((value) => value !== undefined);
    if (name !== undefined || split !== undefined || hasOptions)
      await useTask(session, { task: name, split, ...(hasOptions ? { options } : {}) });
    const { task, pool } = session;
    return {
      task: task.name,
      summary: task.summary,
      split: session.split,
      splits: [...task.splits],
      problems: pool.length,
    };
  },
  code({ name, split, ...options }) {
    const given = Object.fromEntries(
      Object.entries(options).filter(([, value]) => value !== undefined),
    );
    const hasOptions = Object.keys(given).length > 0;
    if (name === undefined && split === undefined && !hasOptions) return '';
    return callCode('useTask', { task: name, split, ...(hasOptions ? { options: given } : {}) });
  },
});
