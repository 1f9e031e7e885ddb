import { z } from 'zod';
import { postRoute, type HttpCall, type HttpRoute } from '../../http/index.js';
import type { Completion } from '../engine/client.js';
import type { PromptFacts, TokenizeInput, Work } from '../engine/protocol.js';
import { addToken, allChoices, newChoices, usageOf, type Choice } from './choices.js';
import { checkFields, checkRows, mostRows, refuse, samplingFields, samplingOf } from './fields.js';
import {
  createOffsets,
  textLogprobs,
  tokenWriter,
  type Offsets,
  type TextLogprobs,
} from './logprobs.js';
import type { Service } from './service.js';
import { eventStream } from './sse.js';

const ids = z.array(z.int().min(0));
const fields = {
  ...samplingFields,
  prompt: z.union([
    z.string(),
    z.array(z.string()).min(1).max(mostRows),
    ids.min(1),
    z.array(ids).min(1).max(mostRows),
  ]),
  /** OpenAI's default. 0 with echo: the prompt alone. */
  max_tokens: z.int().min(0).nullish(),
  logprobs: z.int().min(0).max(20).nullish(),
  echo: z.boolean().nullish(),
  best_of: z.int().min(1).nullish(),
  add_special_tokens: z.boolean().nullish(),
};
const bodySchema = z.looseObject(fields).meta({ id: 'CompletionRequest' });
type Body = z.output<typeof bodySchema>;

export function completionRoute(service: Service): HttpRoute {
  return postRoute({
    path: '/v1/completions',
    name: 'createCompletion',
    summary: 'continues texts',
    body: bodySchema,
    handle: (call) => complete(call, service),
  });
}

async function complete(call: HttpCall<Body>, service: Service): Promise<unknown> {
  const { body } = call;
  checkFields(body, Object.keys(fields));
  const { model, adapter } = service.catalogue.adapterOf(body.model);
  const work = workOf(body, adapter, service);
  const completion = await service.engine.complete(work, call.signal);
  const head = {
    id: `cmpl-${call.id}`,
    object: 'text_completion',
    created: service.now(),
    model,
    system_fingerprint: service.catalogue.fingerprint(adapter),
  };
  const form: Form = { body, work, prompts: completion.prompts };
  if (body.stream === true) {
    call.header('content-type', 'text/event-stream; charset=utf-8');
    call.header('cache-control', 'no-cache');
    return eventStream(streamed(completion, form, head, service), call.id);
  }
  const choices = await allChoices(completion, work.prompt.length * work.n);
  const usage = usageOf(
    completion.prompts,
    choices.reduce((sum, { tokens }) => sum + tokens.length, 0),
  );
  service.count({ promptTokens: usage.prompt_tokens, completionTokens: usage.completion_tokens });
  return { ...head, choices: choices.map((choice) => wholeChoice(choice, form)), usage };
}

function workOf(body: Body, adapter: string | null, service: Service): Work {
  const sampling = samplingOf(body, () => service.freshSeed());
  const { best_of: bestOf, stream_options: streamOptions } = body;
  if (typeof bestOf === 'number' && bestOf !== sampling.n)
    refuse(
      'best_of',
      `best_of ${bestOf} is not supported: completions are not ranked. Ask for n and choose.`,
    );
  if ((streamOptions ?? null) !== null && body.stream !== true)
    refuse('stream_options', 'stream_options can only be given with stream: true.');
  const maxTokens = body.max_tokens ?? 16;
  if (maxTokens === 0 && body.echo !== true)
    refuse('max_tokens', 'max_tokens of at least 1 is expected, or 0 with echo: true.');
  const prompt = promptsOf(body.prompt, body.add_special_tokens ?? true);
  checkRows(prompt.length, sampling.n);
  const logprobs = body.logprobs ?? null;
  return {
    ...sampling,
    adapter,
    prompt,
    maxNewTokens: maxTokens,
    logprobs,
    promptLogprobs: body.echo === true ? logprobs : null,
  };
}

/** A text, texts, ids, or lists of ids. */
function promptsOf(prompt: Body['prompt'], addSpecialTokens: boolean): TokenizeInput[] {
  if (typeof prompt === 'string') return [{ kind: 'text', text: prompt, addSpecialTokens }];
  if (prompt.every((each) => typeof each === 'number')) return [{ kind: 'ids', ids: prompt }];
  return prompt.map((each): TokenizeInput =>
    typeof each === 'string'
      ? { kind: 'text', text: each, addSpecialTokens }
      : { kind: 'ids', ids: each as number[] },
  );
}

interface Form {
  body: Body;
  work: Work;
  prompts: PromptFacts[];
}

function promptOf(index: number, { work, prompts }: Form): PromptFacts {
  return prompts[Math.floor(index / work.n)];
}

interface Part {
  index: number;
  text: string;
  logprobs: TextLogprobs | null;
  finish_reason: string | null;
  token_ids?: number[];
  prompt_token_ids?: number[];
}

function wholeChoice(choice: Choice, form: Form): Part {
  const { body, work } = form;
  const prompt = promptOf(choice.index, form);
  const isEchoed = body.echo === true;
  const scored = [...(isEchoed ? (prompt.scored ?? []) : []), ...choice.scored];
  const write = tokenWriter(body.return_tokens_as_token_ids === true);
  return {
    index: choice.index,
    text: (isEchoed ? prompt.text : '') + choice.text,
    logprobs: work.logprobs === null ? null : textLogprobs(scored, createOffsets(), write),
    finish_reason: choice.finishReason ?? 'length', // none was drawn
    ...(body.return_token_ids === true && {
      token_ids: choice.tokens,
      prompt_token_ids: prompt.ids,
    }),
  };
}

async function* streamed(
  completion: Completion,
  form: Form,
  head: object,
  service: Service,
): AsyncGenerator<unknown, void, undefined> {
  const { body, work, prompts } = form;
  const wantsUsage = body.stream_options?.include_usage === true;
  const chunk = (choice: Part): unknown => ({
    ...head,
    choices: [choice],
    ...(wantsUsage && { usage: null }),
  });
  const write = tokenWriter(body.return_tokens_as_token_ids === true);
  const choices = newChoices(work.prompt.length * work.n);
  const offsets = choices.map((): Offsets => createOffsets());
  const wantsIds = body.return_token_ids === true;
  for (const { index } of choices) {
    const { text, scored, ids: promptIds } = promptOf(index, form);
    if (body.echo !== true && !wantsIds) continue;
    const logprobs = scored === null ? null : textLogprobs(scored, offsets[index], write);
    yield chunk({
      index,
      text: body.echo === true ? text : '',
      logprobs,
      finish_reason: work.maxNewTokens === 0 ? 'length' : null,
      ...(wantsIds && { token_ids: [], prompt_token_ids: promptIds }),
    });
  }
  let tokens = 0;
  for await (const event of completion.tokens) {
    tokens++;
    const choice = choices[event.row];
    addToken(choice, event);
    const { text, scored, token, finishReason } = event;
    // A part of a character, or of what may be a stop string: there is nothing to tell yet.
    if (text === '' && scored === null && !wantsIds && finishReason === null) continue;
    yield chunk({
      index: choice.index,
      text,
      logprobs: scored === null ? null : textLogprobs([scored], offsets[choice.index], write),
      finish_reason: finishReason,
      ...(wantsIds && { token_ids: [token] }),
    });
  }
  const usage = usageOf(prompts, tokens);
  service.count({ promptTokens: usage.prompt_tokens, completionTokens: tokens });
  if (wantsUsage) yield { ...head, choices: [], usage };
}
