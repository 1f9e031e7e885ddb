import {
  exampleOf,
  grouped,
  isPaidAsReference,
  ofKind,
  referenceScore,
  share,
  type Bench,
} from '../cases.js';
import { result, type CheckResult } from './result.js';

/**
 * References with one verified fault score lower than the reference. A fault that costs only a
 * warning is reported, not failed: whether warnings count is the reward's own choice.
 */
export function checkMutants(bench: Bench): CheckResult {
  const mutants = ofKind(bench, 'mutant');
  const wrong = mutants.filter(({ verdict }) => !verdict.correct);
  const warned = mutants.filter(({ verdict }) => verdict.correct);
  const escaped = wrong.filter((one) => isPaidAsReference(bench, one));
  const unscored = wrong.filter(({ score }) => score === null).length;
  const warnedPaid = warned.filter((one) => isPaidAsReference(bench, one)).length;
  const kinds = [...grouped(wrong, ({ specimen }) => specimen.faultKind ?? 'other')].map(
    ([kind, all]) => {
      const lower = all.length - all.filter((one) => escaped.includes(one)).length;
      return `${kind}: ${share(lower, all.length)} lower`;
    },
  );
  const rest = {
    details: [
      ...kinds,
      ...escaped.map(
        ({ specimen, verdict }) =>
          `paid in full: ${specimen.name} in ${specimen.problemId} (${verdict.outcome})`,
      ),
      ...(warned.length > 0
        ? [`${share(warnedPaid, warned.length)} that only earn a warning score as the reference`]
        : []),
      ...(unscored > 0 ? [`${unscored} have no score`] : []),
    ],
    numbers: {
      tried: bench.mutantsTried,
      verified: mutants.length,
      wrong: wrong.length,
      lower: wrong.length - escaped.length - unscored,
      escaped: escaped.length,
      unscored,
    },
    examples: escaped.slice(0, 3).map((one) => exampleOf(one, referenceScore(bench, one))),
  };
  if (wrong.length === 0)
    return result('skip', `of ${bench.mutantsTried} mutants none was seen to fail`, rest);
  const lower = share(wrong.length - escaped.length, wrong.length);
  if (escaped.length > 0)
    return result('fail', `only ${lower} wrong programs score lower than the reference`, rest);
  return unscored > 0
    ? result('warn', `${unscored} of ${wrong.length} wrong programs have no score`, rest)
    : result('pass', `${lower} wrong programs score lower than the reference`, rest);
}
