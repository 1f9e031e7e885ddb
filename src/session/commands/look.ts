import { z } from 'zod';
import type { ArmsComparison, Evaluation } from '../../evaluation/index.js';
import type { QueryResult } from '../../rollouts/index.js';
import type { StepExplanation } from '../../training/index.js';
import { callCode, literal } from './code.js';
import { defineCommand } from './command.js';
import { restOfLine } from './fields.js';
import { listSessions, sessionFolder } from '../saved/places.js';
import { pathsAt, runFolders } from './places.js';

export const evaluateCommand = defineCommand({
  name: 'evaluate',
  summary: 'rates of the policy on problems it was not trained on, with 95 % intervals',
  group: 'look',
  input: {
    split: z.string().optional().describe('the split (default: the held-out one)'),
    n: z.int().min(1).optional().describe('problems (default: evaluation.problems)'),
  },
  positional: ['split'],
  examples: ['evaluate', 'evaluate held_out --n 20'],
  changes: false,
  complete: async (session, field) => (field === 'split' ? session.task.splits : []),
  async run(session, { split, n }, { signal, emit }): Promise<Evaluation> {
    const { evaluate } = await import('../index.js');
    return evaluate(session, { split, n, signal, emit });
  },
  code: ({ split, n }) => callCode('evaluate', { split, n }),
});

export const explainCommand = defineCommand({
  name: 'explain',
  summary:
    'what an update would learn from the rollouts in hand, and why some groups teach nothing',
  group: 'look',
  input: {
    what: z.enum(['step']).optional().describe('what is explained: the step, which is the default'),
  },
  positional: ['what'],
  examples: ['explain', 'explain step'],
  changes: false,
  async run(session): Promise<StepExplanation> {
    const { explain } = await import('../index.js');
    return explain(session);
  },
  code: () => 'explain(session);',
});

export const compareCommand = defineCommand({
  name: 'compare',
  summary:
    'what differs between runs, evaluations or saved sessions, problem by problem: intervals, exact tests',
  group: 'look',
  input: {
    runs: z
      .array(z.string())
      .describe('run folders, evaluations, RUN@before, NAME=RUN,RUN,…, or saved sessions'),
    split: z.string().optional().describe('which split (default: the first that was measured)'),
  },
  positional: ['runs'],
  examples: [
    'compare runs/tour',
    'compare runs/tour@before runs/tour-2',
    'compare sessions/monday sessions/tuesday',
  ],
  changes: false,
  async complete(session, field, typed) {
    if (field === 'split') return session.task.splits;
    const output = session.config.run.output_dir;
    const runs = await runFolders('evaluation.json', { output });
    const sessions = (await listSessions()).map((name) => ({
      text: sessionFolder(name),
      summary: 'a saved session: its rollouts in hand',
    }));
    return [...runs, ...sessions, ...(await pathsAt(typed, /\.jsonl?$/))];
  },
  async run(_, { runs, split }): Promise<ArmsComparison> {
    const [{ comparedArms }, { compareArms }] = await Promise.all([
      import('../compared-arms.js'),
      import('../../evaluation/index.js'),
    ]);
    return compareArms(await comparedArms(runs, { split }), {});
  },
  code: ({ runs, split }) =>
    `compareArms(await comparedArms(${literal(runs)}${split === undefined ? '' : `, { split: ${literal(split)} }`}), {});`,
});

export const queryCommand = defineCommand({
  name: 'query',
  summary: 'SQL over the rollouts in hand: rollouts, diagnostics, rewards, metrics',
  group: 'look',
  input: {
    sql: z.string().meta({ description: 'one SELECT statement', ...restOfLine }),
  },
  positional: ['sql'],
  examples: [
    'query select outcome, count(*) n, avg(reward) from rollouts group by all order by n desc',
    "query select id from rollouts where outcome = 'clean'",
  ],
  changes: false,
  async run(session, { sql }): Promise<QueryResult> {
    const { query } = await import('../index.js');
    return query(session, sql);
  },
  code: ({ sql }) => callCode('query', sql),
});
