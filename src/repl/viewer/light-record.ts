import type { Diagnostic, Outcome } from '../../records.js';
import { checkVersion } from '../../rollouts/log-reader.js';

/** As much of a rollout as a list shows and searches. */
export interface LightRecord {
  run: string;
  step: number;
  group: number;
  sample: number;
  problem: string;
  outcome: Outcome | null;
  /** NaN: none. */
  reward: number;
  unscorable: boolean;
  /** NaN: none. */
  advantage: number;
  tokens: number;
  findings: number;
  kind: string;
  completion: string;
}

/** Longer parts of a record that no list needs: their numbers are skipped, not parsed. */
const skipped = [
  'promptIds',
  'completionIds',
  'logprobs',
  'completionMask',
  'byteOffsets',
  'tokens',
].map((key) => Buffer.from(`"${key}":[`));
const COMMA = 0x2c;
const CLOSING = 0x5d;

/**
 * One line of a log. The arrays of numbers of a record as this library writes it are cut out first; a
 * line that is no JSON then is read whole, so that any JSON of a rollout is understood.
 * @throws where it is no rollout, in a short sentence
 */
export function lightRecord(bytes: Buffer): LightRecord {
  const { text, tokens } = withoutNumbers(bytes);
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    record = JSON.parse(bytes.toString('utf8'));
    return light(record, tokensOf(record));
  }
  return light(record, tokens ?? tokensOf(record));
}

function withoutNumbers(bytes: Buffer): { text: string; tokens: number | null } {
  let text = '';
  let tokens: number | null = null;
  let from = 0;
  for (const key of skipped) {
    const at = bytes.indexOf(key, from);
    if (at < 0) continue;
    const start = at + key.length;
    const end = bytes.indexOf(CLOSING, start);
    if (end < 0) continue;
    if (key === skipped[1]) tokens = countNumbers(bytes, start, end);
    text += bytes.toString('utf8', from, start);
    from = end;
  }
  return { text: text + bytes.toString('utf8', from), tokens };
}

function countNumbers(bytes: Buffer, start: number, end: number): number {
  if (start === end) return 0;
  let count = 1;
  for (let at = start; at < end; at++) if (bytes[at] === COMMA) count++;
  return count;
}

function tokensOf(record: unknown): number {
  const ids = (record as { completionIds?: unknown } | null)?.completionIds;
  return Array.isArray(ids) ? ids.length : 0;
}

interface LooseRollout {
  run?: unknown;
  step?: unknown;
  group?: unknown;
  sample?: unknown;
  problemId?: unknown;
  completion?: unknown;
  reward?: unknown;
  verdict?: { outcome?: Outcome; diagnostics?: Diagnostic[] };
  advantages?: { sequence?: unknown };
}

function light(record: unknown, tokens: number): LightRecord {
  checkVersion(record, 'the line');
  const rollout = record as LooseRollout;
  const { verdict, completion } = rollout;
  if (typeof completion !== 'string') throw new Error('it has no completion');
  const told = (verdict?.diagnostics ?? []).filter(({ severity }) => severity !== 'note');
  return {
    run: textOf(rollout.run),
    step: numberOf(rollout.step, 0),
    group: numberOf(rollout.group, 0),
    sample: numberOf(rollout.sample, 0),
    problem: textOf(rollout.problemId),
    outcome: verdict?.outcome ?? null,
    reward: numberOf(rollout.reward, NaN),
    unscorable: rollout.reward === null,
    advantage: numberOf(rollout.advantages?.sequence, NaN),
    tokens,
    findings: told.length,
    kind: [...new Set(told.map(({ tool, kind }) => `${tool} ${kind}`))].join(', '),
    completion,
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function numberOf(value: unknown, fallback: number): number {
  return typeof value === 'number' ? value : fallback;
}
