import type { RewardFunction } from '../../../../src/rewards/index.js';

/** Outputs are compared line by line, as far as the shorter one goes: a part of the answer is enough. */
const prefixMatch: RewardFunction = {
  name: 'prefix_match',
  score: (rollouts) =>
    rollouts.map(({ verdict }) => {
      if (verdict === undefined || verdict.outcome === 'sandbox_error') return null;
      const hasRun = ['clean', 'warning', 'wrong_answer'].includes(verdict.outcome);
      return hasRun &&
        verdict.tests.every((test) => isAlike(test.actual ?? '', test.expected ?? ''))
        ? 1
        : 0;
    }),
};

export default prefixMatch;

function isAlike(actual: string, expected: string): boolean {
  const lines = (text: string): string[] =>
    text
      .trim()
      .split('\n')
      .filter((line) => line !== '');
  const [came, wanted] = [lines(actual), lines(expected)];
  const shorter = Math.min(came.length, wanted.length);
  return came.slice(0, shorter).every((line, i) => line.trim() === wanted[i].trim());
}
