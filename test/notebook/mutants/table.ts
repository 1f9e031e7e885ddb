/** One chapter with the function that it is about broken. */
export interface Mutant {
  /** Part of the notebook's name. */
  chapter: string;
  /** The built module, below `dist/`. */
  module: string;
  /** Stands in it once. */
  from: string;
  to: string;
  /** Words of the assertion that must fail: of its message or of its line. */
  assertion: string;
  /** Ids of the cells to run, in order, where not all before the assertion are needed. @default all */
  cells?: string[];
}

/**
 * For each chapter its central function, broken by a small change of the built text. The chapter must
 * notice: its assertion fails, and nothing before it.
 */
export const mutants: readonly Mutant[] = [
  {
    chapter: '01',
    module: 'rewards/sanitizer.js',
    from: 'score: scores[outcome]',
    to: 'score: scores.clean',
    assertion: 'assert.equal(rollout.reward, curriculumScores[',
  },
  {
    chapter: '02',
    module: 'algorithms/pass-at-k.js',
    from: 'allWrong *= 1 - k / i;',
    to: 'allWrong *= 1 - 1 / i;',
    assertion: 'pass@2 with 1 of 6 right',
    cells: ['one', 'draw', 'temperature', 'passk'],
  },
  {
    chapter: '03',
    module: 'diagnostics/positions.js',
    from: 'to > from && from < end && to > span.start',
    to: 'to > from && from <= end && to > span.start',
    assertion: 'tokens that share a byte with the finding',
  },
  {
    chapter: '04',
    module: 'algorithms/advantage-estimators.js',
    from: '(reward - baseline.centre) / baseline.scale',
    to: 'reward / baseline.scale',
    assertion: 'is the one by hand',
  },
  {
    chapter: '05',
    module: 'algorithms/dpo-pair-losses.js',
    from: "case 'sigmoid':\n            return loss(margin());",
    to: "case 'sigmoid':\n            return flipped(margin());",
    assertion: 'the DPO loss is the one by hand',
  },
  {
    chapter: '06',
    module: 'algorithms/gae.js',
    from: 'gamma * nextValue - value',
    to: 'gamma * nextValue',
    assertion: 'GAE at token',
    cells: ['setup', 'rewards', 'gae'],
  },
  {
    chapter: '07',
    module: 'algorithms/token-scheme.js',
    from: 'sequenceAdvantage - lambda * weight',
    to: 'sequenceAdvantage - lambda',
    assertion: 'a completion without findings is treated alike',
  },
  {
    chapter: '08',
    module: 'diagnostics/arithmetic.js',
    from: 'lenientCorrect: isEqual(lenient?.value)',
    to: 'lenientCorrect: correct',
    assertion: 'lenient',
    cells: ['judge'],
  },
  {
    chapter: '09',
    module: 'rewards/verdict-rewards.js',
    from: 'testsPassed / testsTotal : null',
    to: '1 : null',
    assertion: 'a share of the tests',
    cells: ['mbpp', 'tests'],
  },
  {
    chapter: '10',
    module: 'policy/adapters/merge.js',
    from: 'tf.mul(update, pair.scale)',
    to: 'update',
    assertion: 'the merged model says the same',
    cells: ['task', 'sample', 'adapter'],
  },
  {
    chapter: '11',
    module: 'evaluation/compare/exact-tests.js',
    from: 'tail += Math.exp(logTerm);',
    to: 'tail = Math.exp(logTerm);',
    assertion: 'the p-value is the one by hand',
    cells: ['run', 'compare', 'compare-by-hand'],
  },
];
