import { z } from 'zod';
import { httpError, postRoute, type HttpCall, type HttpRoute } from '../../http/index.js';
import type { ChatMessage } from '../../../records.js';
import type { Completion } from '../engine/client.js';
import type { Work } from '../engine/protocol.js';
import { allChoices, newChoices, usageOf, type Choice } from './choices.js';
import { checkFields, checkRows, refuse, samplingFields, samplingOf } from './fields.js';
import { chatLogprobs, tokenWriter, type ChatLogprobs } from './logprobs.js';
import type { Service } from './service.js';
import { eventStream } from './sse.js';

const textPart = z.strictObject({ type: z.literal('text'), text: z.string() });
/** What an assistant's message of a reply carries beside its text, sent back with nothing in it. */
const empty = z.union([z.null(), z.array(z.never()).max(0)]).optional();
export const messageSchema = z.strictObject({
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  content: z.union([z.string(), z.array(textPart).min(1).max(1000)]),
  name: z.string().max(200).nullish(),
  refusal: empty,
  audio: empty,
  annotations: empty,
  tool_calls: empty,
  function_call: empty,
  reasoning: empty,
});
const fields = {
  ...samplingFields,
  messages: z.array(messageSchema).min(1).max(10_000),
  /** Both: as many as the context leaves, where neither is given. */
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  add_generation_prompt: z.boolean().nullish(),
};
const bodySchema = z.looseObject(fields).meta({ id: 'ChatCompletionRequest' });
type Body = z.output<typeof bodySchema>;

export function chatRoute(service: Service): HttpRoute {
  return postRoute({
    path: '/v1/chat/completions',
    name: 'createChatCompletion',
    summary: "continues a conversation, by the policy's chat template",
    body: bodySchema,
    handle: (call) => complete(call, service),
  });
}

/** @throws 400 where the policy has no template */
export function checkTemplate({ catalogue }: Service): void {
  if (!catalogue.facts.hasChatTemplate)
    throw httpError(
      400,
      'no_chat_template',
      `${catalogue.name} has no chat template, so messages cannot be rendered. Send a prompt to /v1/completions.`,
      { where: 'messages' },
    );
}

/** `developer` is OpenAI's newer word for `system`; parts of a content stand one after the other. */
export function messagesOf(messages: readonly z.output<typeof messageSchema>[]): ChatMessage[] {
  return messages.map(({ role, content }) => ({
    role: role === 'developer' ? 'system' : role,
    content: typeof content === 'string' ? content : content.map(({ text }) => text).join(''),
  }));
}

async function complete(call: HttpCall<Body>, service: Service): Promise<unknown> {
  const { body } = call;
  checkFields(body, Object.keys(fields));
  const { model, adapter } = service.catalogue.adapterOf(body.model);
  checkTemplate(service);
  const work = workOf(body, adapter, service);
  const completion = await service.engine.complete(work, call.signal);
  const head = {
    id: `chatcmpl-${call.id}`,
    created: service.now(),
    model,
    system_fingerprint: service.catalogue.fingerprint(adapter),
  };
  if (body.stream === true) {
    call.header('content-type', 'text/event-stream; charset=utf-8');
    call.header('cache-control', 'no-cache');
    const chunk = { ...head, object: 'chat.completion.chunk' };
    return eventStream(streamed(completion, body, work, chunk, service), call.id);
  }
  const choices = await allChoices(completion, work.n);
  const tokens = choices.reduce((sum, choice) => sum + choice.tokens.length, 0);
  const usage = usageOf(completion.prompts, tokens);
  service.count({ promptTokens: usage.prompt_tokens, completionTokens: tokens });
  return {
    ...head,
    object: 'chat.completion',
    choices: choices.map((choice) => wholeChoice(choice, body)),
    usage,
    ...(body.return_token_ids === true && { prompt_token_ids: completion.prompts[0].ids }),
  };
}

function workOf(body: Body, adapter: string | null, service: Service): Work {
  const sampling = samplingOf(body, () => service.freshSeed());
  if ((body.stream_options ?? null) !== null && body.stream !== true)
    refuse('stream_options', 'stream_options can only be given with stream: true.');
  const { max_tokens: older, max_completion_tokens: newer } = body;
  if (typeof older === 'number' && typeof newer === 'number' && older !== newer)
    refuse(
      'max_tokens',
      `max_tokens ${older} and max_completion_tokens ${newer} say different things. Give one.`,
    );
  const wantsLogprobs = body.logprobs === true;
  if ((body.top_logprobs ?? 0) > 0 && !wantsLogprobs)
    refuse('top_logprobs', 'top_logprobs can only be given with logprobs: true.');
  checkRows(1, sampling.n);
  return {
    ...sampling,
    adapter,
    prompt: [
      {
        kind: 'chat',
        messages: messagesOf(body.messages),
        addGenerationPrompt: body.add_generation_prompt ?? true,
      },
    ],
    maxNewTokens: newer ?? older ?? null,
    logprobs: wantsLogprobs ? (body.top_logprobs ?? 0) : null,
    promptLogprobs: null,
  };
}

function wholeChoice(choice: Choice, body: Body): unknown {
  const write = tokenWriter(body.return_tokens_as_token_ids === true);
  return {
    index: choice.index,
    message: { role: 'assistant', content: choice.text, refusal: null },
    logprobs: body.logprobs === true ? chatLogprobs(choice.scored, write) : null,
    finish_reason: choice.finishReason,
    ...(body.return_token_ids === true && { token_ids: choice.tokens }),
  };
}

interface Delta {
  index: number;
  delta: { role?: 'assistant'; content?: string };
  logprobs: ChatLogprobs | null;
  finish_reason: string | null;
  token_ids?: number[];
}

async function* streamed(
  completion: Completion,
  body: Body,
  work: Work,
  head: object,
  service: Service,
): AsyncGenerator<unknown, void, undefined> {
  const wantsUsage = body.stream_options?.include_usage === true;
  const wantsIds = body.return_token_ids === true;
  const { prompts } = completion;
  const chunk = (choice: Delta, first = false): unknown => ({
    ...head,
    choices: [choice],
    ...(first && wantsIds && { prompt_token_ids: prompts[0].ids }),
    ...(wantsUsage && { usage: null }),
  });
  const write = tokenWriter(body.return_tokens_as_token_ids === true);
  for (const { index } of newChoices(work.n)) {
    const delta = { role: 'assistant' as const, content: '' };
    yield chunk({ index, delta, logprobs: null, finish_reason: null }, true);
  }
  let tokens = 0;
  for await (const { row, text, scored, token, finishReason } of completion.tokens) {
    tokens++;
    // A part of a character, or of what may be a stop string: there is nothing to tell yet.
    if (text === '' && scored === null && !wantsIds && finishReason === null) continue;
    yield chunk({
      index: row,
      delta: text === '' ? {} : { content: text },
      logprobs: scored === null ? null : chatLogprobs([scored], write),
      finish_reason: finishReason,
      ...(wantsIds && { token_ids: [token] }),
    });
  }
  const usage = usageOf(prompts, tokens);
  service.count({ promptTokens: usage.prompt_tokens, completionTokens: tokens });
  if (wantsUsage) yield { ...head, choices: [], usage };
}
