import type { Policy, SampleRequest } from '../../../policy/index.js';
import { checkSamplingSettings } from '../../../policy/index.js';
import { endTokens, makeRows, type Row } from '../../../policy/sampling/rows.js';
import type { SamplingSettings } from '../../../records.js';
import { badRequest, contextExceeded } from './problems.js';
import type { TokenizeInput, Work } from './protocol.js';

/** A request's prompts as ids, and the rows that are to be drawn. */
export interface Prepared {
  promptIds: number[][];
  rows: Row[];
  settings: SamplingSettings;
  ends: ReadonlySet<number>;
}

export interface PreparationLimits {
  contextLength: number;
  /** Bytes of the longest token. */
  longestToken: number;
}

/** @throws a refusal, or an input error of the library, where the policy cannot serve it */
export function prepare(policy: Policy, work: Work, limits: PreparationLimits): Prepared {
  const promptIds = work.prompt.map((input) => idsOf(policy, input, limits));
  const room = Math.min(
    ...promptIds.map((ids, i) => roomOf(ids.length, work, limits, kindOf(work.prompt[i]))),
  );
  const settings: SamplingSettings = { ...work.settings, maxNewTokens: Math.max(1, room), seed: 0 };
  checkSamplingSettings('Sampling', settings, policy.config.vocabSize);
  const { n, seed } = work;
  const requests = promptIds.map((prompt): SampleRequest => ({ prompt, n, seed }));
  const rows = room === 0 ? [] : makeRows(policy, requests, settings);
  // Without a length of its own, each prompt has the room that it leaves.
  if (work.maxNewTokens === null)
    for (const row of rows) row.maxTokens = limits.contextLength - row.promptIds.length;
  const ends = work.ignoreEos ? new Set(settings.stopTokenIds) : endTokens(policy, settings);
  return { promptIds, rows, settings, ends };
}

export function idsOf(policy: Policy, input: TokenizeInput, limits: PreparationLimits): number[] {
  const ids = encoded(policy, input, limits);
  if (ids.length > 0) return ids;
  // As the library does: the start token, else the end token, opens an empty text.
  const { bosTokenId, eosTokenIds } = policy.config;
  const start = bosTokenId ?? eosTokenIds[0] ?? policy.tokenizer.eosTokenId;
  if (start >= 0) return [start];
  throw badRequest('The prompt is empty and the policy has no start token.', { param: 'prompt' });
}

function encoded(policy: Policy, input: TokenizeInput, limits: PreparationLimits): number[] {
  if (input.kind === 'ids') {
    const { vocabSize } = policy.config;
    const wrong = input.ids.find((id) => !(Number.isInteger(id) && id >= 0 && id < vocabSize));
    if (wrong === undefined) return input.ids;
    throw badRequest(
      `Token id ${wrong} is out of vocabulary: ids from 0 to ${vocabSize - 1} are expected.`,
      { param: 'prompt' },
    );
  }
  const text =
    input.kind === 'text'
      ? input.text
      : policy.tokenizer.renderChat(input.messages, {
          addGenerationPrompt: input.addGenerationPrompt,
        });
  // Not tokenised for nothing: a text this long has more tokens than fit, whatever they are.
  const { contextLength, longestToken } = limits;
  if (text.length > contextLength * longestToken)
    throw contextExceeded(contextLength, null, 0, kindOf(input));
  return policy.tokenizer.encode(text, {
    addSpecialTokens: input.kind === 'chat' || input.addSpecialTokens,
  });
}

/** How many tokens may be drawn after a prompt. */
function roomOf(
  prompt: number,
  { maxNewTokens }: Work,
  { contextLength }: PreparationLimits,
  param: string,
): number {
  const wanted = maxNewTokens ?? 1;
  if (prompt + wanted > contextLength) throw contextExceeded(contextLength, prompt, wanted, param);
  return maxNewTokens ?? contextLength - prompt;
}

function kindOf(input: TokenizeInput): 'prompt' | 'messages' {
  return input.kind === 'chat' ? 'messages' : 'prompt';
}
