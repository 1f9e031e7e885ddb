import { tokensInSpan } from '../diagnostics/index.js';
import { inputError } from '../errors.js';
import type { ByteSpan } from '../records.js';

export interface TokenWeightOptions {
  /**
   * `uniform`: every token counts 1, as in the papers. `errors`: of what is not wanted, the tokens that
   * a located error reaches count 1 and the others `cleanWeight`; without a located error all count 1.
   * @default 'uniform'
   */
  readonly tokenWeights?: 'uniform' | 'errors';
  /** @default 0 */
  readonly cleanWeight?: number;
}

export function checkWeightOptions(options: TokenWeightOptions, where: string): void {
  const { tokenWeights = 'uniform', cleanWeight = 0 } = options;
  if (tokenWeights !== 'uniform' && tokenWeights !== 'errors')
    throw inputError(
      `${where}: expected tokenWeights to be uniform or errors, got ${JSON.stringify(tokenWeights)}.`,
    );
  if (!(cleanWeight >= 0 && cleanWeight <= 1))
    throw inputError(`${where}: expected cleanWeight in [0, 1], got ${cleanWeight}.`);
}

/**
 * w_t = 1 under a located error, else `cleanWeight`.
 * @param spans in bytes of the completion
 * @param offsets byte offsets of the tokens: T + 1
 * @returns [T]; `null` where no span reaches a token
 */
export function errorWeights(
  spans: readonly ByteSpan[],
  offsets: readonly number[],
  cleanWeight: number,
): number[] | null {
  const reached = new Set(spans.flatMap((span) => tokensInSpan(span, offsets)));
  if (reached.size === 0) return null;
  return Array.from({ length: offsets.length - 1 }, (_, token) =>
    reached.has(token) ? 1 : cleanWeight,
  );
}
