import type { RewardSpan } from '../../../../src/records.js';
import { sanitizerCurriculum, type RewardFunction } from '../../../../src/rewards/index.js';

const curriculum = sanitizerCurriculum();

/** Lines counted from 1 and looked up from 0: every span lies one line too low. */
const lineBelow: RewardFunction = {
  name: 'line_below',
  async score(rollouts, context) {
    const scores = await curriculum.score(rollouts, context);
    return rollouts.map(({ completion }, i) => {
      const given = scores[i];
      if (given === null || typeof given === 'number') return given;
      const spans = (given.spans ?? []).flatMap((span) => nextLine(completion, span));
      return { ...given, spans };
    });
  },
};

export default lineBelow;

function nextLine(text: string, span: RewardSpan): RewardSpan[] {
  const bytes = Buffer.from(text);
  const start = bytes.indexOf(0x0a, span.start) + 1;
  if (start === 0 || start >= bytes.length) return [];
  const end = bytes.indexOf(0x0a, start);
  return [{ ...span, start, end: end < 0 ? bytes.length : end }];
}
