import { spanRewards } from '../../../rewards/index.js';
import { epsilon, exampleOf, ofKind, share, short, type Bench, type BenchCase } from '../cases.js';
import { paddedPairs } from './length.js';
import { result, type CheckResult } from './result.js';

/**
 * Spans of positive value may reward a place, but not every place: what the spans of a completion earn
 * together (`spanRewards`, as the schemes of step rewards and returns add it up) does not grow with
 * lines that change nothing.
 */
export function checkCleanTokens(bench: Bench): CheckResult {
  const paid = bench.cases.filter((one) => earned(one) > epsilon);
  if (paid.length === 0) return result('pass', 'no span has a positive value');
  const pairs = paddedPairs(bench);
  const grown = pairs.filter(({ base, padded }) => earned(padded) > earned(base) + epsilon);
  const [worst] = [...grown].sort((a, b) => gain(b) - gain(a));
  const references = ofKind(bench, 'reference').map(earned);
  const rest = {
    details: [
      `spans of references earn ${short(Math.min(...references))} to ${short(Math.max(...references))}`,
      ...(worst === undefined
        ? []
        : [
            `${worst.padded.specimen.name}: spans earn ${short(earned(worst.base))}, padded ${short(earned(worst.padded))}`,
          ]),
    ],
    numbers: {
      specimens_paid: paid.length,
      padded: pairs.length,
      grown: grown.length,
      largest_gain: worst === undefined ? 0 : gain(worst),
    },
    examples: worst === undefined ? [] : [exampleOf(worst.padded, worst.base.score)],
  };
  return grown.length > 0
    ? result(
        'fail',
        `spans pay for length: ${share(grown.length, pairs.length)} padded copies earn more by their spans`,
        rest,
      )
    : result(
        'pass',
        `spans of positive value pay none of ${pairs.length} padded copies more`,
        rest,
      );
}

function earned({ rollout }: BenchCase): number {
  return spanRewards(rollout).reduce((sum, { reward }) => sum + Math.max(0, reward), 0);
}

function gain({ base, padded }: { base: BenchCase; padded: BenchCase }): number {
  return earned(padded) - earned(base);
}
