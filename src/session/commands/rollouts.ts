import { z } from 'zod';
import { inputError } from '../../errors.js';
import type { Rollout } from '../../records.js';
import type { Inspection } from '../../rollouts/index.js';
import type { Session } from '../session.js';
import { callCode, literal } from './code.js';
import { defineCommand } from './command.js';
import type { Candidate } from './command.js';
import { lineDiff } from './line-diff.js';
import type { DiffLine } from './line-diff.js';
import { problemIds, problemsOf } from './problems.js';

const samplingFields = {
  temperature: z
    .number()
    .min(0)
    .optional()
    .describe('sampling temperature, this time; 0 is greedy'),
  topK: z.int().min(0).optional().describe('keep the k likeliest tokens, this time; 0: all'),
  topP: z.number().optional().describe('keep the likeliest that reach p together, this time'),
  minP: z.number().optional().describe('keep those p times as likely as the first, this time'),
  repetitionPenalty: z.number().optional().describe('above 1: fewer repetitions, this time'),
  maxNewTokens: z.int().min(1).optional().describe('tokens of a completion, this time'),
};

export const sampleCommand = defineCommand({
  name: 'sample',
  summary: 'completions of the next problems, one group each; they replace the rollouts in hand',
  group: 'rollouts',
  input: {
    n: z.int().min(1).optional().describe('problems (default: those picked, else the next one)'),
    ids: z.array(z.string()).optional().describe('these problems instead; may be repeated'),
    numGenerations: z.int().min(1).optional().describe('completions of each problem, this time'),
    ...samplingFields,
  },
  positional: ['n'],
  examples: [
    'sample',
    'sample 4',
    'sample 2 --num-generations 4 --temperature 0.8',
    'sample --ids cpp/list-sum/3',
  ],
  changes: true,
  complete: async (session, field) => (field === 'ids' ? problemIds(session) : []),
  async run(session, { n, ids, numGenerations, ...sampling }, hooks): Promise<Rollout[]> {
    const { sample } = await import('../index.js');
    const problems = ids && problemsOf(session, ids);
    const { signal, emit } = hooks;
    const given = givenOf(sampling);
    return [
      ...(await sample(session, { n, problems, numGenerations, sampling: given, signal, emit })),
    ];
  },
  code({ n, ids, numGenerations, ...sampling }) {
    const given = givenOf(sampling);
    const options = callCode('sample', {
      n,
      numGenerations,
      sampling: Object.keys(given).length > 0 ? given : undefined,
    });
    if (!ids) return options;
    const found = `problems: ${literal(ids)}.map((id) => session.pool.find((each) => each.id === id))`;
    return options === 'await sample(session);'
      ? `await sample(session, { ${found} });`
      : options.replace('{ ', `{ ${found}, `);
  },
});

/** Without what was not given: it would hide what the config says. */
function givenOf<Options extends object>(options: Options): Partial<Options> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Partial<Options>;
}

export const judgeCommand = defineCommand({
  name: 'judge',
  summary: 'compile and run the rollouts in hand, in isolation; each gains its verdict',
  group: 'rollouts',
  input: {},
  examples: ['judge'],
  changes: true,
  async run(session, _, { signal, emit }): Promise<Rollout[]> {
    const { judge } = await import('../index.js');
    return [...(await judge(session, { signal, emit }))];
  },
  code: () => callCode('judge'),
});

export interface InspectedRollout {
  /** From 1 on, as it was typed. */
  position: number;
  of: number;
  inspection: Inspection;
}

export const inspectCommand = defineCommand({
  name: 'inspect',
  summary: 'all there is to know of one rollout: source, findings with stacks, tokens, rewards',
  group: 'look',
  input: {
    n: z.int().min(1).default(1).describe('which of the rollouts in hand, from 1 on (default: 1)'),
    heat: z
      .enum(['advantage', 'reward', 'findings', 'logprob'])
      .optional()
      .describe('what colours the tokens (default: the first there is)'),
  },
  positional: ['n'],
  examples: ['inspect 3', 'inspect 3 --heat logprob'],
  changes: false,
  complete: async (session, field) => (field === 'n' ? positions(session) : []),
  async run(session, { n, heat }): Promise<InspectedRollout> {
    const rollout = rolloutAt(session, n, 'inspect');
    const { inspectRollout } = await import('../../rollouts/index.js');
    const inspection = inspectRollout(rollout, heat === undefined ? {} : { heat });
    return { position: n, of: session.rollouts.length, inspection };
  },
  code: ({ n, heat }) =>
    `inspectRollout(session.rollouts[${n - 1}]${heat === undefined ? '' : `, { heat: '${heat}' }`});`,
});

export const browseCommand = defineCommand({
  name: 'browse',
  summary: 'the rollouts in hand as a table: sort, filter, search, open one',
  group: 'look',
  input: {},
  examples: ['browse'],
  changes: false,
  async run(session): Promise<Rollout[]> {
    if (session.rollouts.length === 0) throw noRollouts('browse');
    return [...session.rollouts];
  },
  code: () => 'session.rollouts;',
});

export interface RolloutsDiff {
  first: DiffSide;
  second: DiffSide;
  lines: DiffLine[];
}

export interface DiffSide {
  position: number;
  id: string;
  problemId: string;
  outcome: string | null;
  reward: number | null;
}

export const diffCommand = defineCommand({
  name: 'diff',
  summary: 'two rollouts beside each other: outcomes, rewards, and the lines that differ',
  group: 'look',
  input: {
    first: z.int().min(1).describe('position of one, from 1 on'),
    second: z.int().min(1).describe('position of the other'),
  },
  positional: ['first', 'second'],
  examples: ['diff 1 3'],
  changes: false,
  complete: async (session) => positions(session),
  async run(session, { first, second }): Promise<RolloutsDiff> {
    const [one, other] = [rolloutAt(session, first, 'diff'), rolloutAt(session, second, 'diff')];
    return {
      first: sideOf(one, first),
      second: sideOf(other, second),
      lines: lineDiff(one.completion, other.completion),
    };
  },
  code: ({ first, second }) =>
    `[session.rollouts[${first - 1}], session.rollouts[${second - 1}]].map(({ completion }) => completion);`,
});

function sideOf({ id, problemId, verdict, reward }: Rollout, position: number): DiffSide {
  return { position, id, problemId, outcome: verdict?.outcome ?? null, reward: reward ?? null };
}

/** The n-th rollout in hand, from 1 on. */
export function rolloutAt(session: Session, n: number, command: string): Rollout {
  const { rollouts } = session;
  if (rollouts.length === 0) throw noRollouts(command);
  const rollout = rollouts[n - 1];
  if (rollout) return rollout;
  throw inputError(
    `${command}: expected a position from 1 to ${rollouts.length}, got ${n}. browse lists the rollouts in hand.`,
  );
}

function noRollouts(command: string): Error {
  return inputError(
    `${command}: expected rollouts in the session, there are none yet. Sample some first: sample 4`,
  );
}

function positions({ rollouts }: Session): Candidate[] {
  return rollouts.map(({ problemId, verdict, reward }, index) => ({
    text: String(index + 1),
    summary: [
      problemId,
      verdict?.outcome ?? 'not judged',
      ...(typeof reward === 'number' ? [`reward ${reward.toFixed(2)}`] : []),
    ].join(', '),
  }));
}
