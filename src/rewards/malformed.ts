import { indexLines, utf8Length } from '../diagnostics/positions.js';
import { inputError } from '../errors.js';
import type { RewardSpan, Rollout } from '../records.js';
import { openBracket, openFence } from './open-ends.js';
import { rewardOfEach, type RewardBase, type RewardFunction } from './reward-function.js';

/**
 * What makes a completion malformed.
 * - `empty`: nothing but blanks.
 * - `truncated`: cut off at the limit of tokens (`finishReason` `length`).
 * - `undecodable`: U+FFFD, half a surrogate pair, or a control character that is no tab, line feed or
 *   carriage return.
 * - `open_fence`: a code fence that it opened and did not close (`openFence`).
 * - `open_bracket`: a bracket that it opened and did not close (`openBracket`).
 */
export const malformedChecks = [
  'empty',
  'truncated',
  'undecodable',
  'open_fence',
  'open_bracket',
] as const;

export type MalformedCheck = (typeof malformedChecks)[number];

export interface MalformedOptions extends RewardBase {
  /** Which of them count. @default all */
  readonly checks?: readonly MalformedCheck[];
  /** The score of a malformed completion, at most 0; any other scores 0. @default -1 */
  readonly penalty?: number;
}

/**
 * `penalty` for a completion that is no whole text (`malformedChecks`), else 0; the log has the reasons
 * that hold. What has a place gets a span of -1. Of the text alone: no verdict needed.
 */
export function malformed(options: MalformedOptions = {}): RewardFunction {
  const { checks = malformedChecks, penalty = -1 } = options;
  if (!(Number.isFinite(penalty) && penalty <= 0)) {
    throw inputError(`malformed: expected penalty to be a number of at most 0, got ${penalty}.`);
  }
  const wanted = malformedChecks.filter((check) => checks.includes(check));
  if (wanted.length === 0) {
    throw inputError(
      `malformed: expected at least one check of ${malformedChecks.join(', ')}, got ${JSON.stringify(checks)}.`,
    );
  }
  return rewardOfEach('malformed', options, (rollout) => {
    const found = wanted.flatMap((check) => {
      const places = placesOf[check](rollout);
      return places === null ? [] : [{ check, places }];
    });
    const reasons = found.map(({ check }) => check).join(', ');
    return {
      score: found.length > 0 ? penalty : 0,
      spans: found.flatMap(({ check, places }) =>
        places.map(({ start, end }): RewardSpan => ({ start, end, value: -1, label: check })),
      ),
      log: { reason: reasons === '' ? null : reasons },
    };
  });
}

type Places = { start: number; end: number }[];

/** The places of a fault in bytes, none where it has no place; `null`: it does not hold. */
const placesOf: Record<MalformedCheck, (rollout: Rollout) => Places | null> = {
  empty: ({ completion }) => (completion.trim() === '' ? [] : null),
  truncated: ({ finishReason }) => (finishReason === 'length' ? [] : null),
  undecodable: ({ completion }) => undecodable(completion),
  open_fence: (rollout) => {
    const line = openFence(rollout);
    if (line === null) return null;
    const { starts, bytes } = indexLines(rollout.completion);
    return [{ start: starts[line], end: starts[line + 1] ?? bytes.length }];
  },
  open_bracket: ({ completion }) => {
    const index = openBracket(completion);
    if (index === null) return null;
    const start = new TextEncoder().encode(completion.slice(0, index)).length;
    return [{ start, end: start + 1 }];
  },
};

function undecodable(text: string): Places | null {
  if (!/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffd]|\p{Cs}/u.test(text)) return null;
  const places: Places = [];
  let start = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const end = start + utf8Length(code);
    const isControl = (code < 0x20 && !'\t\n\r'.includes(character)) || code === 0x7f;
    const isHalf = code >= 0xd800 && code < 0xe000;
    if (isControl || isHalf || code === 0xfffd) {
      const last = places.at(-1);
      if (last?.end === start) last.end = end;
      else places.push({ start, end });
    }
    start = end;
  }
  return places;
}
