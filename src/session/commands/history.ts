import { z } from 'zod';
import type { SessionHistory } from '../history.js';
import { callCode } from './code.js';
import { defineCommand } from './command.js';

export const undoCommand = defineCommand({
  name: 'undo',
  summary:
    'take the last act back: weights, optimiser, rollouts and settings as they were, to the bit',
  group: 'session',
  input: { n: z.int().min(1).default(1).describe('how many acts (default: 1)') },
  positional: ['n'],
  examples: ['undo', 'undo 2'],
  changes: false,
  async run(session, { n }): Promise<string[]> {
    const { undo } = await import('../index.js');
    const acts: string[] = [];
    for (let i = 0; i < n; i++) acts.push(await undo(session));
    return acts;
  },
  code: ({ n }) => Array.from({ length: n }, () => callCode('undo')).join('\n'),
});

export const redoCommand = defineCommand({
  name: 'redo',
  summary: 'do again what was taken back',
  group: 'session',
  input: { n: z.int().min(1).default(1).describe('how many acts (default: 1)') },
  positional: ['n'],
  examples: ['redo', 'redo 2'],
  changes: false,
  async run(session, { n }): Promise<string[]> {
    const { redo } = await import('../index.js');
    const acts: string[] = [];
    for (let i = 0; i < n; i++) acts.push(await redo(session));
    return acts;
  },
  code: ({ n }) => Array.from({ length: n }, () => callCode('redo')).join('\n'),
});

export const historyCommand = defineCommand({
  name: 'history',
  summary: 'what was done in this session, and where undo and redo stand',
  group: 'session',
  input: {},
  examples: ['history'],
  changes: false,
  async run(session): Promise<SessionHistory> {
    const { history } = await import('../index.js');
    return history(session);
  },
  code: () => 'history(session);',
});
