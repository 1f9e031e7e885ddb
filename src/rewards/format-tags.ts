import { byteOffsetOfIndex } from '../diagnostics/index.js';
import { inputError } from '../errors.js';
import type { RewardSpan } from '../records.js';
import {
  rewardOfEach,
  type RewardBase,
  type RewardFunction,
  type RewardScore,
} from './reward-function.js';

/** `whole`: all or nothing. `count`: credit for each tag that stands there exactly once. */
export const tagCredits = ['whole', 'count'] as const;

export type TagCredit = (typeof tagCredits)[number];

export interface FormatTagsOptions extends RewardBase {
  /** Names of the parts, in order. @default ['think'] */
  readonly tags?: readonly string[];
  /** @default 'whole' */
  readonly credit?: TagCredit;
}

/**
 * Whether the completion is divided by tags such as `<think>…</think><answer>…</answer>`.
 *   whole : 1 when it begins with the first opening tag, every opening tag stands there once and in
 *           order, and each is closed before the next one opens; else 0. With the one tag `think` that
 *           is TRL's `think_format_reward`
 *   count : share of the opening and closing tags that stand there exactly once (the idea of open-r1's
 *           `tag_count`, which also demands line breaks around them)
 * Opening tags, and with `count` closing ones, that stand there again get a span of -1. Of the text
 * alone: no verdict needed.
 */
export function formatTags(options: FormatTagsOptions = {}): RewardFunction {
  const { tags = ['think'], credit = 'whole' } = options;
  if (tags.length === 0 || tags.some((tag) => !/^[^\s<>/]+$/.test(tag))) {
    throw inputError(
      `formatTags: expected the names of one or more tags, without brackets and blanks, got ${JSON.stringify(tags)}.`,
    );
  }
  if (new Set(tags).size < tags.length) {
    throw inputError(
      `formatTags: expected each tag once, got ${JSON.stringify(tags)}. A tag that stands there twice is a mistake of the completion.`,
    );
  }
  return rewardOfEach('format_tags', options, ({ completion }): RewardScore => {
    const opening = tags.map((tag) => placesOf(`<${tag}>`, completion));
    const closing = tags.map((tag) => placesOf(`</${tag}>`, completion));
    if (credit === 'whole') {
      const reason = faultOf(tags, opening, closing);
      const spans = opening.flatMap((places, i) => again(`<${tags[i]}>`, places, completion));
      return { score: reason === null ? 1 : 0, spans, log: { reason } };
    }
    const all = [...opening, ...closing];
    const once = all.filter(({ length }) => length === 1).length;
    const spans = all.flatMap((places, i) =>
      again(i < tags.length ? `<${tags[i]}>` : `</${tags[i - tags.length]}>`, places, completion),
    );
    return { score: once / all.length, spans, log: { once, of: all.length } };
  });
}

/** UTF-16 indices. */
function placesOf(mark: string, text: string): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + mark.length)) {
    places.push(at);
  }
  return places;
}

function faultOf(
  tags: readonly string[],
  opening: readonly (readonly number[])[],
  closing: readonly (readonly number[])[],
): string | null {
  let at = 0;
  for (const [i, tag] of tags.entries()) {
    const [open] = opening[i];
    if (opening[i].length !== 1) return `<${tag}> stands there ${opening[i].length} times`;
    if (i === 0 && open > 0) return `the completion does not begin with <${tag}>`;
    if (open < at) return `<${tag}> stands before what it should follow`;
    const next = i + 1 < tags.length ? (opening[i + 1][0] ?? Infinity) : Infinity;
    const close = closing[i].find((place) => place > open);
    if (close === undefined || (close > next && next > open)) return `<${tag}> is not closed`;
    at = close;
  }
  return null;
}

/** All places but the first. */
function again(mark: string, places: readonly number[], text: string): RewardSpan[] {
  return places.slice(1).map((place) => {
    const start = byteOffsetOfIndex(text, place);
    const end = byteOffsetOfIndex(text, place + mark.length);
    return { start, end, value: -1, label: `${mark} again` };
  });
}
