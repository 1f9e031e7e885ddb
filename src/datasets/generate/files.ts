import path from 'node:path';
import type { PairRow } from '../pair-row.js';
import { writeJsonl, writeWholeText, type WrittenFile } from '../write-dataset.js';
import type { Spent } from './budget.js';
import type { SettingsEntry } from './log.js';
import { multiplERow, problemRow, type GeneratedProblem } from './problem.js';
import type { Mutation } from './prove.js';

/** An answer that became no problem. */
export interface RejectedAnswer {
  slot: number;
  /** `schema`, `duplicate`, `reference_has_warnings`, … */
  reason: string;
  detail: string;
  /** As the model wrote it. */
  answer: string;
}

/** Why a run ended. */
export type GenerationEnd = 'complete' | 'budget of requests' | 'budget of tokens' | 'unfinished';

export interface GenerationManifest {
  version: 1;
  wanted: number;
  ended: GenerationEnd;
  counts: {
    /** Slots of which there is an answer or a failure. */
    asked: number;
    problems: number;
    pairs: number;
    /** Problems without the model's pair, by why. */
    pairs_dropped: Record<string, number>;
    rejected: Record<string, number>;
    /** Accepted problems by topic and by difficulty. */
    topics: Record<string, number>;
    difficulties: Record<string, number>;
  };
  mutation: {
    /** Over all problems. */
    compiled: number;
    killed: number;
    score: number | null;
    /** Problems of which no mutant compiled. */
    without_mutants: number;
  };
  spent: {
    requests: number;
    refused: number;
    last_refusal: string | null;
    tokens: number;
    prompt_tokens: number;
    completion_tokens: number;
    estimated_tokens: number;
    cost: number | null;
    answers_with_cost: number;
  };
  /** What was asked for, the hash of the prompts' words included. */
  request: Omit<SettingsEntry, 'kind' | 'version'>;
  settings: Record<string, unknown>;
  /** By file name. */
  files: Record<string, WrittenFile>;
}

export interface Accepted {
  problem: GeneratedProblem;
  pair: PairRow | null;
  pairDropped: string | null;
  mutation: Mutation;
}

export interface Derived {
  accepted: readonly Accepted[];
  rejected: readonly RejectedAnswer[];
  wanted: number;
  ended: GenerationEnd;
  spent: Spent;
  request: SettingsEntry;
  settings: Record<string, unknown>;
  formats: readonly GenerationFormat[];
}

export const generationFormats = ['multipl-e'] as const;

/** Further files beside `problems.jsonl`. */
export type GenerationFormat = (typeof generationFormats)[number];

/** Writes all that follows from the answers, each file whole, the manifest last. */
export function writeGenerated(folder: string, derived: Derived): GenerationManifest {
  const { accepted, rejected, spent } = derived;
  const problems = accepted.map(({ problem }) => problem);
  const rows: Record<string, object[]> = {
    'problems.jsonl': problems.map(problemRow),
    'pairs.jsonl': accepted.flatMap(({ pair }) => (pair === null ? [] : [pair])),
    'rejected.jsonl': [...rejected],
    ...(derived.formats.includes('multipl-e') && { 'multipl-e.jsonl': problems.map(multiplERow) }),
  };
  const files: GenerationManifest['files'] = {};
  for (const [name, each] of Object.entries(rows))
    files[name] = { ...writeJsonl(path.join(folder, name), each), file: name };
  const compiled = sum(accepted.map(({ mutation }) => mutation.compiled));
  const killed = sum(accepted.map(({ mutation }) => mutation.killed));
  const { kind: _, version: __, ...request } = derived.request;
  const manifest: GenerationManifest = {
    version: 1,
    wanted: derived.wanted,
    ended: derived.ended,
    counts: {
      asked: accepted.length + rejected.length,
      problems: accepted.length,
      pairs: rows['pairs.jsonl'].length,
      pairs_dropped: tally(accepted.map(({ pairDropped }) => pairDropped)),
      rejected: tally(rejected.map(({ reason }) => reason)),
      topics: tally(problems.map(({ columns }) => String(columns['topic']))),
      difficulties: tally(problems.map(({ columns }) => String(columns['difficulty']))),
    },
    mutation: {
      compiled,
      killed,
      score: compiled === 0 ? null : killed / compiled,
      without_mutants: accepted.filter(({ mutation }) => mutation.compiled === 0).length,
    },
    spent: {
      requests: spent.requests,
      refused: spent.refused,
      last_refusal: spent.lastRefusal,
      tokens: spent.tokens,
      prompt_tokens: spent.promptTokens,
      completion_tokens: spent.completionTokens,
      estimated_tokens: spent.estimatedTokens,
      // Sums of decimal fractions: no more digits than a price has.
      cost: spent.cost === null ? null : Number(spent.cost.toFixed(9)),
      answers_with_cost: spent.costTold,
    },
    request,
    settings: derived.settings,
    files,
  };
  writeWholeText(path.join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

function tally(names: readonly (string | null)[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
