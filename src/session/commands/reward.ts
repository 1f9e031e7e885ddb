import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { usageError } from '../../errors.js';
import type { RewardEntry } from '../../experiments/config/sections/reward.js';
import type { RewardBenchReport } from '../../evaluation/index.js';
import type { Rollout } from '../../records.js';
import type { ScoreDifference } from '../../rollouts/index.js';
import type { Session } from '../session.js';
import { callCode, literal } from './code.js';
import { defineCommand } from './command.js';
import type { Candidate } from './command.js';
import { pathsAt } from './places.js';

export interface RewardInHand {
  rewards: { name: string; weight: number }[];
  /** What setting it changed in the scores of the rollouts in hand; `null`: none were scored. */
  difference: ScoreDifference | null;
  /** A file to open in an editor; saved, it is the argument of the next `reward`. */
  edit: string | null;
}

const entriesField = z
  .array(z.string())
  .optional()
  .describe('a built-in, name:weight, a .ts or .js file, or { name, weight, options }; added up');

export const rewardCommand = defineCommand({
  name: 'reward',
  summary: 'set what scores a completion, and score the rollouts in hand by it; edit opens a file',
  group: 'reward',
  input: { entries: entriesField },
  positional: ['entries'],
  examples: [
    'reward',
    'reward tests_passed:0.5 repetition:0.2',
    'reward rewards/mine.ts',
    'reward "{ name: repetition, weight: 0.2, options: { ngram_size: 3 } }"',
    'reward edit rewards/mine.ts',
  ],
  changes: true,
  complete: (_, __, typed) => rewardNames(typed, true),
  async run(session, { entries = [] }, { signal, emit }): Promise<RewardInHand> {
    const [first, ...files] = entries;
    if (first === 'edit') return { ...inHand(session), edit: await fileToEdit(session, files) };
    if (first === undefined) return inHand(session);
    const { rescore, setReward } = await import('../index.js');
    const parsed = await parsedEntries(entries);
    if (!isScored(session)) {
      await setReward(session, parsed);
      return inHand(session);
    }
    const difference = await rescore(session, { entries: parsed, signal, emit });
    return { ...inHand(session), difference };
  },
  code({ entries = [] }) {
    if (entries.length === 0 || entries[0] === 'edit') return '';
    const list = entriesCode(entries);
    return `if (session.rollouts.some(({ reward }) => reward === undefined) || session.rollouts.length === 0)\n  await setReward(session, ${list});\nelse await rescore(session, { entries: ${list} });`;
  },
});

export const scoreCommand = defineCommand({
  name: 'score',
  summary: 'score the judged rollouts in hand by the session’s reward; nothing is run for it',
  group: 'rollouts',
  input: {},
  examples: ['score'],
  changes: true,
  async run(session): Promise<Rollout[]> {
    const { score } = await import('../index.js');
    return [...(await score(session))];
  },
  code: () => callCode('score'),
});

export const rescoreCommand = defineCommand({
  name: 'rescore',
  summary:
    'score the rollouts in hand again, by another reward or after judging again; what changed',
  group: 'reward',
  input: {
    entries: entriesField,
    rejudge: z.boolean().optional().describe('compile and run the completions again first'),
  },
  positional: ['entries'],
  examples: ['rescore tests_passed', 'rescore --rejudge'],
  changes: true,
  complete: (_, __, typed) => rewardNames(typed, false),
  async run(session, { entries = [], rejudge }, { signal, emit }): Promise<ScoreDifference> {
    const { rescore } = await import('../index.js');
    const given = entries.length > 0 ? { entries: await parsedEntries(entries) } : {};
    return rescore(session, { ...given, rejudge, signal, emit });
  },
  code({ entries = [], rejudge }) {
    if (entries.length === 0) return callCode('rescore', { rejudge });
    const judged = rejudge === undefined ? '' : `, rejudge: ${rejudge}`;
    return `await rescore(session, { entries: ${entriesCode(entries)}${judged} });`;
  },
});

export const benchCommand = defineCommand({
  name: 'bench',
  summary: 'test the reward before it is trained on: references, mutants, hacks, length, places',
  group: 'reward',
  input: {
    n: z.int().min(1).default(6).describe('problems with a reference (default: 6)'),
  },
  positional: ['n'],
  examples: ['bench', 'bench 2'],
  changes: false,
  async run(session, { n }, { signal, emit }): Promise<RewardBenchReport> {
    const { benchReward } = await import('../index.js');
    return benchReward(session, { n, signal, emit });
  },
  code: ({ n }) => callCode('benchSessionReward', { n }),
});

function inHand({ rewards }: Session): RewardInHand {
  return {
    rewards: rewards.map(({ name, weight = 1 }) => ({ name, weight })),
    difference: null,
    edit: null,
  };
}

function isScored({ rollouts }: Session): boolean {
  return rollouts.length > 0 && rollouts.every(({ reward }) => reward !== undefined);
}

async function parsedEntries(texts: readonly string[]): Promise<RewardEntry[]> {
  const { parseRewardEntry } = await import('../../experiments/index.js');
  return texts.map((text) => parseRewardEntry(text));
}

/** As `parseRewardEntry` reads them; the object form is YAML, and so is left to it. */
function entriesCode(texts: readonly string[]): string {
  const entries = texts.map((text) => {
    if (text.trim().startsWith('{')) return `parseRewardEntry(${literal(text)})`;
    const [, name, weight] = /^(.+?)(?::(-?[\d.]+(?:e-?\d+)?))?$/.exec(text.trim()) ?? [];
    if (name === undefined || weight === undefined) return literal(text);
    const key = /\.[cm]?[jt]s$/.test(name) ? 'path' : 'name';
    return literal({ [key]: name, weight: Number(weight) });
  });
  return `[${entries.join(', ')}]`;
}

const firstReward = `// A reward of your own: a score for each rollout, null where it cannot be scored.
// Saved, it scores the rollouts in hand at once. docs/rewards.md says what a rollout holds.
import type { Rollout } from 'rlsf';

export default (rollouts: readonly Rollout[]): (number | null)[] =>
  rollouts.map(({ verdict }) => {
    if (!verdict || verdict.outcome === 'sandbox_error') return null;
    if (verdict.outcome === 'clean') return 1;
    return verdict.testsTotal > 0 ? verdict.testsPassed / verdict.testsTotal / 2 : 0;
  });
`;

/** The file that is named, else the reward's own, else a new one to begin with. */
async function fileToEdit(session: Session, files: readonly string[]): Promise<string> {
  if (files.length > 1)
    throw usageError(`reward: edit takes one file, got ${files.length}: ${files.join(' ')}.`);
  const own = session.config.reward.functions
    .map((entry) => (typeof entry === 'string' ? entry : (entry.path ?? '')))
    .find((entry) => /\.[cm]?[jt]s$/.test(entry));
  const file = files[0] ?? own ?? path.join('rewards', 'mine.ts');
  if (!/\.[cm]?[jt]s$/.test(file))
    throw usageError(`reward: edit expects a .ts or .js file, got '${file}'.`);
  if (existsSync(file)) return file;
  const { writeFileAtomically } = await import('../../experiments/run/files.js');
  await writeFileAtomically(file, firstReward);
  return file;
}

async function rewardNames(typed: string, canEdit: boolean): Promise<Candidate[]> {
  const { builtInRewards } = await import('../../rewards/index.js');
  return [
    ...Object.entries(builtInRewards).map(([name, { summary }]) => ({ text: name, summary })),
    ...(canEdit ? [{ text: 'edit', summary: 'open a file in $EDITOR' }] : []),
    ...(await pathsAt(typed, /\.[cm]?[jt]s$/)),
  ];
}
