import { tokensInSpan } from '../diagnostics/index.js';
import type { Rollout } from '../records.js';
import type { TokenFinding } from './events.js';

/** The tokens under the findings of a judged rollout, in order; an error outranks a warning. */
export function reachedTokens({
  verdict,
  byteOffsets,
}: Pick<Rollout, 'verdict' | 'byteOffsets'>): TokenFinding[] {
  const reached = new Map<number, TokenFinding>();
  for (const { span, kind, severity } of verdict?.diagnostics ?? []) {
    if (span.precision === 'none' || severity === 'note') continue;
    for (const token of tokensInSpan(span, byteOffsets)) {
      if (reached.get(token)?.severity === 'error') continue;
      const [start, end] = [byteOffsets[token], byteOffsets[token + 1]];
      reached.set(token, { token, start, end, kind, severity });
    }
  }
  return [...reached.values()].sort((a, b) => a.token - b.token);
}
