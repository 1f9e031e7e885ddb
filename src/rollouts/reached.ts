import { tokensInSpan } from '../diagnostics/index.js';
import type { Diagnostic, Rollout } from '../records.js';

/** A completion token that a finding reached: what a view colours. */
export interface ReachedToken {
  token: number;
  /** Byte range of the token in the completion. */
  start: number;
  end: number;
  kind: string;
  severity: Diagnostic['severity'];
}

/** The tokens under the findings of a judged rollout, ordered; the gravest finding names a token. */
export function reachedTokens(rollout: Pick<Rollout, 'verdict' | 'byteOffsets'>): ReachedToken[] {
  const { byteOffsets } = rollout;
  const reached = new Map<number, ReachedToken>();
  for (const { span, kind, severity } of rollout.verdict?.diagnostics ?? []) {
    if (span.precision === 'none' || severity === 'note') continue;
    for (const token of tokensInSpan(span, byteOffsets)) {
      const known = reached.get(token);
      if (known && (known.severity === 'error' || severity !== 'error')) continue;
      reached.set(token, {
        token,
        start: byteOffsets[token],
        end: byteOffsets[token + 1],
        kind,
        severity,
      });
    }
  }
  return [...reached.values()].sort((a, b) => a.token - b.token);
}
