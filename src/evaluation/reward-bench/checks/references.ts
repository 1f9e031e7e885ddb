import { epsilon, exampleOf, ofKind, referenceScore, share, short, type Bench } from '../cases.js';
import { result, type CheckResult } from './result.js';

/** References are clean, have a score, and nothing but padding scores above them. */
export function checkReferences(bench: Bench): CheckResult {
  const references = [...bench.references.values()];
  const scores = references.flatMap(({ score }) => (score === null ? [] : [score]));
  const above = ofKind(bench, 'wrong', 'mutant', 'tier', 'hack').filter((one) => {
    const top = referenceScore(bench, one);
    return one.score !== null && top !== null && one.score > top + epsilon;
  });
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  const spread = scores.length > 0 ? high - low : 0;
  const details = [
    ...bench.unsound.map(
      ({ problemId, outcome }) => `${problemId}: its reference is ${outcome}; left out`,
    ),
    ...(spread > epsilon ? [`references score from ${short(low)} to ${short(high)}`] : []),
    ...above.map(
      (one) =>
        `${one.specimen.problemId}: ${one.specimen.name} scores ${short(one.score)}, its reference ${short(referenceScore(bench, one))}`,
    ),
  ];
  const rest = {
    details,
    numbers: {
      references: references.length,
      unsound: bench.unsound.length,
      lowest: scores.length > 0 ? low : null,
      highest: scores.length > 0 ? high : null,
      above: above.length,
    },
    examples: above.slice(0, 3).map((one) => exampleOf(one, referenceScore(bench, one))),
  };
  if (references.length === 0)
    return result('fail', 'no reference is clean: look at the task and the judge’s flags', rest);
  if (scores.length < references.length)
    return result(
      'fail',
      `${share(references.length - scores.length, references.length)} references have no score`,
      rest,
    );
  if (above.length > 0)
    return result(
      'fail',
      `${above.length} specimens score above the reference of their problem`,
      rest,
    );
  const same = spread > epsilon ? `${short(low)} to ${short(high)}` : short(low);
  const all = `${references.length} references score ${same}, and nothing scores above them`;
  return bench.unsound.length > 0
    ? result('warn', `${all}; ${bench.unsound.length} are not clean and were left out`, rest)
    : result('pass', all, rest);
}
