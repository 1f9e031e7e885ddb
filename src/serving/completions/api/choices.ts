import type { Completion } from '../engine/client.js';
import type { ScoredToken, TokenEvent } from '../engine/protocol.js';

/** One completion as far as it has come. */
export interface Choice {
  /** Prompt · n + sample, as OpenAI numbers them. */
  index: number;
  text: string;
  tokens: number[];
  scored: ScoredToken[];
  finishReason: 'stop' | 'length' | null;
}

export function newChoices(count: number): Choice[] {
  return Array.from({ length: count }, (_, index) => ({
    index,
    text: '',
    tokens: [],
    scored: [],
    finishReason: null,
  }));
}

export function addToken(choice: Choice, { text, token, scored, finishReason }: TokenEvent): void {
  choice.text += text;
  choice.tokens.push(token);
  if (scored !== null) choice.scored.push(scored);
  choice.finishReason = finishReason;
}

/** All of them, when the last has ended. */
export async function allChoices(completion: Completion, count: number): Promise<Choice[]> {
  const choices = newChoices(count);
  for await (const event of completion.tokens) addToken(choices[event.row], event);
  return choices;
}

export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
}

/** A prompt counts once, however many completions it has. */
export function usageOf(prompts: readonly { ids: number[] }[], completionTokens: number): Usage {
  const promptTokens = prompts.reduce((sum, { ids }) => sum + ids.length, 0);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}
