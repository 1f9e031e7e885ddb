import type { ScoredToken, Spelling } from '../engine/protocol.js';

/** OpenAI's older form, of `/v1/completions`. */
export interface TextLogprobs {
  tokens: string[];
  token_logprobs: (number | null)[];
  /** Empty objects where no alternatives were asked for; `null` for a first token, which nothing predicts. */
  top_logprobs: (Record<string, number> | null)[];
  /** Where each token starts in the text, in characters (code points). */
  text_offset: number[];
}

export interface TokenWriter {
  (spelling: Spelling): string;
}

/** As text, or as vLLM's `token_id:N`. */
export function tokenWriter(asIds: boolean): TokenWriter {
  return asIds ? ({ id }) => `token_id:${id}` : ({ text }) => text;
}

/** Counts where tokens start, over all parts of one completion. */
export interface Offsets {
  /** The start of the next token, which then counts as read. */
  next(token: Spelling): number;
}

/** A character that several tokens make up counts with the first of them. */
export function createOffsets(start = 0): Offsets {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let at = start;
  return {
    next({ bytes }) {
      // What goes no further is U+FFFD in the text: one character, before this token.
      const goesOn = bytes.length === 0 || (bytes[0] & 0xc0) === 0x80;
      if (!goesOn) at += characters(decoder.decode());
      const here = at;
      at += characters(decoder.decode(Uint8Array.from(bytes), { stream: true }));
      return here;
    },
  };
}

function characters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

export function textLogprobs(
  tokens: readonly ScoredToken[],
  offsets: Offsets,
  write: TokenWriter,
): TextLogprobs {
  return {
    tokens: tokens.map(write),
    token_logprobs: tokens.map(({ logprob }) => logprob),
    top_logprobs: tokens.map((token) => topOf(token, write)),
    text_offset: tokens.map((token) => offsets.next(token)),
  };
}

/** The likeliest and the token itself, which need not be among them. */
function topOf(token: ScoredToken, write: TokenWriter): Record<string, number> | null {
  if (token.logprob === null) return null;
  // A map, as a token may be spelled __proto__. Of two spelled alike the likelier stands.
  const top = new Map<string, number>();
  for (const likely of token.top)
    if (!top.has(write(likely))) top.set(write(likely), likely.logprob);
  if (token.top.length > 0 && !top.has(write(token))) top.set(write(token), token.logprob);
  return Object.fromEntries(top);
}

/** The form of `/v1/chat/completions`. */
export interface ChatLogprobs {
  content: (ChatToken & { top_logprobs: ChatToken[] })[];
  refusal: null;
}

interface ChatToken {
  token: string;
  logprob: number;
  /** What it adds to the text; a special token nothing. */
  bytes: number[];
}

export function chatLogprobs(tokens: readonly ScoredToken[], write: TokenWriter): ChatLogprobs {
  const entry = (spelling: Spelling, logprob: number): ChatToken => ({
    token: write(spelling),
    logprob,
    bytes: spelling.bytes,
  });
  return {
    content: tokens.map((token) => ({
      ...entry(token, token.logprob ?? 0),
      top_logprobs: token.top.map((likely) => entry(likely, likely.logprob)),
    })),
    refusal: null,
  };
}
