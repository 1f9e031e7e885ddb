import { closeSync, existsSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'; // prettier-ignore
import path from 'node:path';
import { z } from 'zod';
import { inputError } from '../../errors.js';

const usageSchema = z.object({ prompt: z.int(), completion: z.int() });

const entrySchema = z.discriminatedUnion('kind', [
  /** The first line: what makes the folder's requests the same. */
  z.object({
    kind: z.literal('settings'),
    version: z.literal(1),
    model: z.string(),
    seed: z.union([z.number(), z.string()]),
    temperature: z.number(),
    max_tokens: z.int(),
    topics: z.array(z.string()),
    prompts_sha256: z.string(),
  }),
  /** Written before a try is sent, so that a killed run has counted it. */
  z.object({
    kind: z.literal('sent'),
    slot: z.int(),
    hash: z.string(),
    try: z.int(),
    /** When, for the rate. */
    at: z.string(),
    /** Tokens it may cost at most. */
    reserved: z.int(),
  }),
  z.object({
    kind: z.literal('answer'),
    slot: z.int(),
    hash: z.string(),
    text: z.string(),
    finish_reason: z.string().nullable(),
    /** The model as the server names it. */
    model: z.string().nullable(),
    usage: usageSchema.nullable(),
    /** Prompt and completion, counted by the server, or (no usage) by the bytes. */
    tokens: z.int(),
    /** As the server tells it (`usage.cost`), in its currency. */
    cost: z.number().nullable(),
    /** Fields that the server refused and that were left out. */
    without: z.array(z.string()),
  }),
  /** A try that came to nothing, and another one follows. */
  z.object({
    kind: z.literal('refused'),
    slot: z.int(),
    hash: z.string(),
    reason: z.string(),
    /** 0: there was no answer. */
    status: z.int(),
    detail: z.string(),
    /** What it may have cost: nothing where the server said no. */
    tokens: z.int(),
  }),
  /** A request that was given up. Its slot is not asked again. */
  z.object({
    kind: z.literal('failed'),
    slot: z.int(),
    hash: z.string(),
    reason: z.string(),
    detail: z.string(),
    /** What its last try may have cost. */
    tokens: z.int(),
  }),
]);

export type LogEntry = z.infer<typeof entrySchema>;
export type SettingsEntry = Extract<LogEntry, { kind: 'settings' }>;
export type AnswerEntry = Extract<LogEntry, { kind: 'answer' }>;
export type FailedEntry = Extract<LogEntry, { kind: 'failed' }>;

/** An append-only `requests.jsonl`: all that was asked, and what came. One writer. */
export interface RequestLog {
  readonly file: string;
  readonly entries: readonly LogEntry[];
  /** One write and one fsync: when it returns, the entry survives a crash. */
  append(entry: LogEntry): void;
  close(): void;
}

/** Opens or makes the log. A last line without its end, which a killed run leaves, is cut off. */
export function openRequestLog(file: string): RequestLog {
  const entries = existsSync(file) ? readEntries(file) : [];
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  const descriptor = openSync(file, 'a');
  return {
    file,
    entries,
    append(entry) {
      const bytes = Buffer.from(`${JSON.stringify(entry)}\n`, 'utf8');
      for (let done = 0; done < bytes.length;)
        done += writeSync(descriptor, bytes, done, bytes.length - done);
      fsyncSync(descriptor);
      entries.push(entry);
    },
    close: () => closeSync(descriptor),
  };
}

function readEntries(file: string): LogEntry[] {
  const bytes = readFileSync(file);
  const whole = bytes.lastIndexOf(10) + 1;
  if (whole < bytes.length) {
    const descriptor = openSync(file, 'r+');
    ftruncateSync(descriptor, whole);
    fsyncSync(descriptor);
    closeSync(descriptor);
  }
  const lines = bytes.subarray(0, whole).toString('utf8').split('\n').slice(0, -1);
  return lines.map((line, i) => {
    try {
      return entrySchema.parse(JSON.parse(line));
    } catch (cause) {
      throw inputError(
        `${file}:${i + 1}: expected an entry of a request log, got ${JSON.stringify(line.slice(0, 60))}…. Restore the line, or name another folder.`,
        { cause },
      );
    }
  });
}
