import { z } from 'zod';
import { postRoute, type HttpRoute } from '../../http/index.js';
import type { TokenizeInput } from '../engine/protocol.js';
import { checkTemplate, messageSchema, messagesOf } from './chat.js';
import { refuse } from './fields.js';
import type { Service } from './service.js';

const tokenizeSchema = z.strictObject({
  model: z.string().max(500).nullish(),
  prompt: z.string().nullish(),
  messages: z.array(messageSchema).min(1).max(10_000).nullish(),
  add_special_tokens: z.boolean().nullish(),
  add_generation_prompt: z.boolean().nullish(),
  return_token_strs: z.boolean().nullish(),
});
const detokenizeSchema = z.strictObject({
  model: z.string().max(500).nullish(),
  tokens: z.array(z.int().min(0)).max(1_000_000),
});

/** vLLM's `/tokenize` and `/detokenize`. */
export function tokenizeRoutes(service: Service): HttpRoute[] {
  const { catalogue, engine } = service;
  return [
    postRoute({
      path: '/tokenize',
      name: 'tokenize',
      summary: 'a text, or a conversation, as ids',
      body: tokenizeSchema,
      async handle({ body }) {
        catalogue.adapterOf(body.model);
        const { ids, spellings } = await engine.tokenize(inputOf(body, service));
        return {
          count: ids.length,
          max_model_len: catalogue.facts.contextLength,
          tokens: ids,
          token_strs: body.return_token_strs === true ? spellings : null,
        };
      },
    }),
    postRoute({
      path: '/detokenize',
      name: 'detokenize',
      summary: 'ids as text, special tokens left out',
      body: detokenizeSchema,
      async handle({ body }) {
        catalogue.adapterOf(body.model);
        return { prompt: await engine.detokenize(body.tokens) };
      },
    }),
  ];
}

function inputOf(body: z.output<typeof tokenizeSchema>, service: Service): TokenizeInput {
  const { prompt, messages } = body;
  if (typeof prompt === 'string' && !Array.isArray(messages))
    return { kind: 'text', text: prompt, addSpecialTokens: body.add_special_tokens ?? true };
  if (Array.isArray(messages) && typeof prompt !== 'string') {
    checkTemplate(service);
    const addGenerationPrompt = body.add_generation_prompt ?? true;
    return { kind: 'chat', messages: messagesOf(messages), addGenerationPrompt };
  }
  return refuse('prompt', 'Give one of prompt and messages.');
}
