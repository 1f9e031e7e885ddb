import type { RewardSpan } from '../../../../src/records.js';
import { sanitizerCurriculum, type RewardFunction } from '../../../../src/rewards/index.js';

const curriculum = sanitizerCurriculum();

/** +1 for every word that no finding touches: it pays for length. */
const cleanTokenPay: RewardFunction = {
  name: 'clean_token_pay',
  async score(rollouts, context) {
    const scores = await curriculum.score(rollouts, context);
    return rollouts.map(({ completion }, i) => {
      const given = scores[i];
      if (given === null || typeof given === 'number') return given;
      const { score, spans = [] } = given;
      if (score === null) return null;
      const clean = wordsOf(completion).filter(
        (word) => !spans.some((span) => span.start < word.end && word.start < span.end),
      );
      return { score, spans: [...spans, ...clean] };
    });
  },
};

export default cleanTokenPay;

function wordsOf(text: string): RewardSpan[] {
  return [...text.matchAll(/\w+/g)].map((match) => {
    const start = Buffer.byteLength(text.slice(0, match.index));
    return { start, end: start + match[0].length, value: 1, label: 'clean' };
  });
}
