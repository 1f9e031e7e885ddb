import { z } from 'zod';
import { environmentError, inputError } from '../../errors.js';
import { createHttpClient, type HttpClient } from '../../policy/generators/remote-http.js';
import { HttpFailure } from '../../policy/generators/remote-failure.js';
import { explain } from '../../policy/generators/remote-server.js';
import { BudgetUsed, type Gate } from './budget.js';
import { responseFormat } from './draft.js';
import type { AnswerEntry, FailedEntry, LogEntry, RequestLog } from './log.js';
import { requestHash, type Slot } from './prompts.js';

export interface EndpointOptions {
  /** The API's root, e.g. `http://localhost:8000/v1`. */
  baseUrl: string;
  apiKey: string | null;
  model: string;
  temperature: number;
  /** Tokens of one answer. */
  maxTokens: number;
  timeoutMs: number;
  retries: number;
  retryDelayMs: number;
}

export interface Asker {
  /** What became of a slot; from the log where it is there, `null` where the budget is used up. */
  ask(slot: Slot, signal: AbortSignal): Promise<AnswerEntry | FailedEntry | null>;
}

/** So many requests given up one after the other, and the server is taken to be gone. */
const mostGivenUp = 3;

/** A JSON answer is some ten kilobytes. */
const maxReplyBytes = 2 ** 24;

/** Fields that a server may refuse and that only help. */
const optionalFields = ['response_format', 'seed', 'temperature'];

/**
 * Asks a chat endpoint slot by slot. Every try is written to the log before it is sent, every answer as
 * it came before anything is made of it. What belongs to one request alone (too slow, no JSON) ends that
 * request; three given up in a row, or a refusal for good (key, model), end the run with an error.
 */
export function createAsker(options: EndpointOptions, log: RequestLog, gate: Gate): Asker {
  const { baseUrl, model, temperature, maxTokens } = options;
  const isOpenAi = /(^|\.)openai\.com$/.test(new URL(baseUrl).hostname);
  const context = { model, models: [], hasKey: options.apiKey !== null };
  let http: HttpClient | null = null;
  let givenUp = 0;
  const without = new Set<string>(
    log.entries.findLast((entry) => entry.kind === 'answer')?.without ?? [],
  );

  function bodyOf(slot: Slot, without: ReadonlySet<string>): Record<string, unknown> {
    // OpenAI's newer models know only the longer name, other servers often only the shorter one.
    const lengthField = isOpenAi !== without.has('length_field') ? 'max_completion_tokens' : 'max_tokens'; // prettier-ignore
    const body: Record<string, unknown> = {
      model,
      messages: slot.messages,
      temperature,
      seed: slot.seed,
      [lengthField]: maxTokens,
      response_format: responseFormat(),
    };
    for (const field of without) delete body[field];
    return body;
  }

  function note(slot: Slot, hash: string, failure: Failure, tokens: number): void {
    const { reason, status, detail } = failure;
    log.append({ kind: 'refused', slot: slot.slot, hash, reason, status, detail, tokens });
  }

  async function send(slot: Slot, hash: string, signal: AbortSignal): Promise<LogEntry> {
    http ??= createHttpClient({ ...options, url: baseUrl, maxReplyBytes });
    const reserved = estimate(slot) + maxTokens;
    for (;;) {
      const left = new Set(without);
      try {
        const reply = await http.send('post', '/chat/completions', bodyOf(slot, left), {
          signal,
          beforeTry: (tries) => gate.enter({ slot: slot.slot, hash, try: tries, reserved }),
          onWait(waitMs, failure) {
            const tokens = mayHaveCost(failure) ? reserved : 0;
            note(slot, hash, failure, tokens);
            gate.leave(slot.slot);
            // All wait, not only the one that was told so.
            if (failure.status === 429) gate.pause(waitMs);
          },
        });
        return readReply(reply, slot, hash, [...left]);
      } catch (error) {
        if (!(error instanceof HttpFailure)) throw error;
        const { status, reason, detail } = error;
        const refused = refusedFields(error, without, left);
        const tokens = mayHaveCost(error) ? reserved : 0;
        if (refused.length > 0) {
          for (const field of refused) without.add(field);
          note(slot, hash, error, tokens);
          continue;
        }
        if (isForGood(error)) {
          note(slot, hash, error, tokens);
          throw explain(error, context);
        }
        const said = status > 0 ? `${status} ${detail}` : detail;
        return { kind: 'failed', slot: slot.slot, hash, reason, detail: said, tokens };
      }
    }
  }

  return {
    async ask(slot, signal) {
      const hash = requestHash(slot, options);
      const known = recorded(log, slot.slot, hash);
      if (known !== null) return known;
      try {
        const entry = await send(slot, hash, signal);
        log.append(entry);
        const isServers = entry.kind === 'failed' && !ownFailures.has(entry.reason);
        givenUp = isServers ? givenUp + 1 : 0;
        if (isServers && givenUp >= mostGivenUp)
          throw environmentError(
            `Generate: ${baseUrl} (model ${JSON.stringify(model)}): ${mostGivenUp} requests in a row were given up, the last one: ${entry.detail}. What came before is kept: see that the server is well, and call again.`,
          );
        return entry.kind === 'answer' || entry.kind === 'failed' ? entry : null;
      } catch (error) {
        if (error instanceof BudgetUsed) return null;
        throw error;
      } finally {
        gate.leave(slot.slot);
      }
    },
  };
}

/** Failures of one request, not of the server. */
const ownFailures = new Set(['timeout', 'too_long', 'not_json', 'no_answer']);

type Failure = Pick<HttpFailure, 'reason' | 'status' | 'detail'>;

/** The model may have worked, and have been paid for. */
function mayHaveCost({ reason, detail }: Failure): boolean {
  if (reason === 'timeout' || reason === 'not_json' || reason === 'too_long') return true;
  return reason === 'connection' && !/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|bad port/.test(detail);
}

/** Neither another try nor another request would help. */
function isForGood(failure: HttpFailure): boolean {
  const { reason, status } = failure;
  if (reason === 'wait' || (reason === 'connection' && !mayHaveCost(failure))) return true;
  return reason === 'status' && status < 500 && ![408, 409, 429].includes(status);
}

/** Which fields to leave out after a refusal; none: they are not what displeased. */
function refusedFields(
  { reason, status, detail }: HttpFailure,
  without: ReadonlySet<string>,
  left: ReadonlySet<string>,
): string[] {
  if (reason !== 'status' || ![400, 404, 415, 422, 501].includes(status)) return [];
  // Another request has found out meanwhile.
  if (without.size > left.size) return [...without];
  if (/max_(completion_)?tokens/.test(detail) && !left.has('length_field')) return ['length_field'];
  const words: Record<string, RegExp> = {
    response_format: /response_format|json_schema|json schema|structured|guided/i,
    seed: /\bseed\b/i,
    temperature: /\btemperature\b/i,
  };
  const named = optionalFields.filter((field) => words[field].test(detail) && !left.has(field));
  if (named.length > 0) return named;
  const isVague = status === 400 || status === 422;
  return isVague && !left.has('response_format') ? ['response_format'] : [];
}

const replySchema = z.object({
  model: z.string().nullish(),
  choices: z
    .array(
      z.object({
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
        finish_reason: z.string().nullish(),
      }),
    )
    .min(1),
  usage: z
    .object({
      prompt_tokens: z.int().nonnegative(),
      completion_tokens: z.int().nonnegative(),
      cost: z.number().nullish(),
    })
    .nullish()
    .catch(null),
});

function readReply(reply: unknown, slot: Slot, hash: string, without: string[]): LogEntry {
  const parsed = replySchema.safeParse(reply);
  if (!parsed.success)
    return {
      kind: 'failed',
      slot: slot.slot,
      hash,
      reason: 'no_answer',
      detail: `expected a chat completion, got ${JSON.stringify(reply).slice(0, 200)}`,
      tokens: estimate(slot),
    };
  const { choices, usage, model } = parsed.data;
  const [{ message, finish_reason }] = choices;
  const text = message.content ?? '';
  const told = usage ? { prompt: usage.prompt_tokens, completion: usage.completion_tokens } : null;
  return {
    kind: 'answer',
    slot: slot.slot,
    hash,
    text: text === '' ? (message.refusal ?? '') : text,
    finish_reason: finish_reason ?? null,
    model: model ?? null,
    usage: told,
    tokens: told ? told.prompt + told.completion : estimate(slot) + bytesAsTokens(text),
    cost: usage?.cost ?? null,
    without,
  };
}

/** The answer or the failure of a slot; an error where the slot was asked for something else. */
function recorded(log: RequestLog, slot: number, hash: string): AnswerEntry | FailedEntry | null {
  const found = log.entries.find(
    (entry): entry is AnswerEntry | FailedEntry =>
      (entry.kind === 'answer' || entry.kind === 'failed') && entry.slot === slot,
  );
  if (found === undefined) return null;
  if (found.hash === hash) return found;
  throw inputError(
    `${log.file}: request ${slot} was another one than it would be now. Name another folder, or the settings that this one was made with (its first line).`,
  );
}

/** Tokens of a prompt whose tokenizer is not at hand: at least as many as there are, for plain text. */
function estimate({ messages }: Slot): number {
  return messages.reduce((sum, { content }) => sum + bytesAsTokens(content) + 8, 0);
}

function bytesAsTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 3);
}
