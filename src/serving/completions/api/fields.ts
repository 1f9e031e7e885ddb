import { z } from 'zod';
import { httpError } from '../../http/index.js';
import { didYouMean } from '../../../tasks/closest.js';
import type { Work } from '../engine/protocol.js';

/** Completions of one request, over all its prompts. */
export const mostRows = 2048;

/** What both kinds of requests share: OpenAI's words, and vLLM's for what OpenAI lacks. `null` is left out. */
export const samplingFields = {
  model: z.string().max(500).nullish(),
  n: z.int().min(1).max(mostRows).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.strictObject({ include_usage: z.boolean().nullish() }).nullish(),
  temperature: z.number().min(0).max(1e6).nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
  /** vLLM: 0 and −1 are off. */
  top_k: z.int().min(-1).nullish(),
  min_p: z.number().min(0).max(1).nullish(),
  repetition_penalty: z.number().gt(0).max(1e6).nullish(),
  seed: z.int().nullish(),
  stop: z
    .union([z.string().min(1).max(1000), z.array(z.string().min(1).max(1000)).max(64)])
    .nullish(),
  stop_token_ids: z.array(z.int().min(0)).max(1024).nullish(),
  ignore_eos: z.boolean().nullish(),
  return_token_ids: z.boolean().nullish(),
  return_tokens_as_token_ids: z.boolean().nullish(),
};

interface Refused {
  /** Values that ask for nothing. */
  neutral(value: unknown): boolean;
  advice: string;
}

const isNothing = (value: unknown): boolean =>
  value === false ||
  value === 0 ||
  value === '' ||
  (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
const anything = (): boolean => true;
const refused = (advice: string, neutral = isNothing): Refused => ({ neutral, advice });

/** Fields that clients send: accepted while they ask for nothing, refused where they would be ignored. */
const refusals: Record<string, Refused> = {
  user: refused('', anything),
  metadata: refused('', anything),
  store: refused('Nothing is stored here.'),
  service_tier: refused('', anything),
  safety_identifier: refused('', anything),
  prompt_cache_key: refused('', anything),
  request_id: refused('', anything),
  parallel_tool_calls: refused('', anything),
  frequency_penalty: refused('Use repetition_penalty.'),
  presence_penalty: refused('Use repetition_penalty.'),
  logit_bias: refused('Tokens cannot be favoured or forbidden here.'),
  suffix: refused('The policy continues a text, it does not fill one in.'),
  tools: refused('The policy calls no tools.'),
  functions: refused('The policy calls no functions.'),
  tool_choice: refused(
    'The policy calls no tools.',
    (value) => value === 'none' || value === 'auto',
  ),
  function_call: refused(
    'The policy calls no functions.',
    (value) => value === 'none' || value === 'auto',
  ),
  response_format: refused(
    'Only text can be asked for.',
    (value) =>
      typeof value === 'object' && value !== null && 'type' in value && value.type === 'text',
  ),
  modalities: refused('Only text can be asked for.', (value) => String(value) === 'text'),
  prompt_logprobs: refused('Use echo with logprobs in /v1/completions.', (value) => value === -1),
  min_tokens: refused('Use ignore_eos, or draw again.'),
  include_stop_str_in_output: refused('The text ends before the stop string; token_ids hold it.'),
  skip_special_tokens: refused('Special tokens are never text.', (value) => value === true),
  spaces_between_special_tokens: refused('', anything),
  detokenize: refused('The text is always there.', (value) => value === true),
  use_beam_search: refused('Completions are drawn.'),
  length_penalty: refused('Completions are drawn.', (value) => value === 1),
};

/** @throws 400 for a field that nobody knows, and for one that asks for what cannot be had */
export function checkFields(body: object, known: readonly string[]): void {
  for (const [name, value] of Object.entries(body)) {
    if (known.includes(name) || value === null || value === undefined) continue;
    const rule = Object.hasOwn(refusals, name) ? refusals[name] : null;
    if (rule === null) {
      const short = name.slice(0, 100);
      refuse(name, `Unrecognized request argument supplied: ${short}.${didYouMean(short, known)}`);
    } else if (!rule.neutral(value))
      refuse(name, `${name} is not supported by this server. ${rule.advice}`.trimEnd());
  }
}

export function refuse(param: string, message: string): never {
  throw httpError(400, 'bad_request', message, { where: param.slice(0, 100) });
}

type SamplingBody = z.output<z.ZodObject<typeof samplingFields>>;

/** OpenAI's defaults: everything open, temperature 1. */
export function samplingOf(
  body: SamplingBody,
  freshSeed: () => string,
): Pick<Work, 'n' | 'seed' | 'settings' | 'ignoreEos'> {
  const topK = body.top_k ?? 0;
  const { stop } = body;
  return {
    n: body.n ?? 1,
    seed: body.seed ?? freshSeed(),
    ignoreEos: body.ignore_eos ?? false,
    settings: {
      temperature: body.temperature ?? 1,
      topP: body.top_p ?? 1,
      topK: topK === -1 ? 0 : topK,
      minP: body.min_p ?? 0,
      repetitionPenalty: body.repetition_penalty ?? 1,
      stop: typeof stop === 'string' ? [stop] : (stop ?? []),
      stopTokenIds: [...new Set(body.stop_token_ids ?? [])],
    },
  };
}

export function checkRows(prompts: number, n: number): void {
  if (prompts * n > mostRows)
    refuse(
      'n',
      `${prompts} prompts with n = ${n} are ${prompts * n} completions, of at most ${mostRows} in one request. Send several requests.`,
    );
}
