import { inputError } from '../errors.js';

/** How the advantage of a completion becomes one advantage per token (see `applyTokenScheme`). */
export type TokenScheme = { name: 'scalar' } | { name: 'span_penalty'; lambda: number };

/**
 * One advantage per completion token. T tokens, A = the completion's own advantage.
 *   scalar       : A_t = A
 *   span_penalty : A_t = A - lambda * w_t
 * span_penalty is local: clean tokens keep A, so nothing is paid for length. lambda = 0 is `scalar`
 * to the bit, and so is w = 0 everywhere (findings without a place). It also acts where A is 0, as in
 * a group whose rewards are all equal.
 * @param weights [T] w_t: 1 under a located finding, else 0
 */
export function applyTokenScheme(
  weights: readonly number[],
  sequenceAdvantage: number,
  scheme: TokenScheme,
): number[] {
  switch (scheme.name) {
    case 'scalar':
      return weights.map(() => sequenceAdvantage);
    case 'span_penalty': {
      const { lambda } = scheme;
      if (!(Number.isFinite(lambda) && lambda >= 0)) {
        throw inputError(
          `applyTokenScheme: expected span_penalty's lambda to be a number of at least 0, got ${lambda}.`,
        );
      }
      return weights.map((weight) => sequenceAdvantage - lambda * weight);
    }
    default:
      throw inputError(
        `applyTokenScheme: expected the scheme scalar or span_penalty, got ${JSON.stringify(scheme)}.`,
      );
  }
}
