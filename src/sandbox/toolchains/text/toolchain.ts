import { checkAnswer } from '../../../diagnostics/index.js';
import { oneByOne } from '../../toolchain.js';
import type { Toolchain, UnitVerdict } from '../../toolchain.js';
import { blankVerdict } from '../../verdict.js';

/** Bump when the same text would get another verdict. */
const version = 2;

/** Stands where a verdict names its isolation. */
export const nothingRuns = 'none needed: nothing runs';

/** Worked arithmetic: every step of an answer and the answer itself, checked here; nothing is run. */
export async function createTextToolchain(): Promise<Toolchain> {
  return {
    version: `arithmetic ${version}`,
    fingerprint: `arithmetic-${version}`,
    plan: (jobs) =>
      oneByOne(jobs, async (job): Promise<UnitVerdict> => {
        const { completion, answer = null, answerFormat, truncated } = job;
        const check = checkAnswer(completion, answer, {
          format: answerFormat,
          isTruncated: truncated,
        });
        const blank = blankVerdict(check.outcome, check.testsTotal, {
          toolchain: `arithmetic ${version}`,
          isolation: nothingRuns,
        });
        const { diagnostics, prediction, groundTruth, correct, formatOk, testsPassed } = check;
        const { lenientPrediction, lenientCorrect } = check;
        const tests = [{ passed: correct, expected: groundTruth, actual: prediction }];
        return {
          verdict: {
            ...blank,
            diagnostics,
            testsPassed,
            tests,
            prediction,
            groundTruth,
            correct,
            formatOk,
            lenientPrediction,
            lenientCorrect,
          },
          again: false,
        };
      }),
  };
}
