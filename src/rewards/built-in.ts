import { z } from 'zod';
import { inputError } from '../errors.js';
import { didYouMean } from '../tasks/closest.js';
import { answerRewards } from './built-in-answers.js';
import { builtIn, type BuiltInReward } from './built-in-reward.js';
import { textRewards } from './built-in-texts.js';
import { explainOptions } from './option-words.js';
import type { RewardFunction } from './reward-function.js';
import { curriculumScores, sanitizerCurriculum } from './sanitizer.js';
import { allTests, compileOnly, testsPassedFraction } from './verdict-rewards.js';

const spans = z
  .boolean()
  .default(true)
  .describe(
    'A score below 1 comes with a span of -1 under each located error. Beside a reward that blames the same errors: false.',
  );

/** The rewards that a config, a command or a cell can name, in the order of docs/rewards.md. */
export const builtInRewards: Readonly<Record<string, BuiltInReward>> = {
  sanitizer_curriculum: builtIn(
    'Score by outcome, the further on the way to a correct program the higher; a span of -1 under every located finding.',
    {
      scores: z
        .strictObject(
          Object.fromEntries(
            Object.entries(curriculumScores).map(([outcome, score]) => [
              outcome,
              z.number().optional().describe(`Score of the outcome ${outcome}; ${score}.`),
            ]),
          ),
        )
        .optional()
        .describe(
          `Scores by outcome that replace the default ones: ${Object.entries(curriculumScores)
            .map(([outcome, score]) => `${outcome} ${score}`)
            .join(', ')}. \`sandbox_error\` has none: it is unscorable.`,
        ),
    },
    ({ scores }, base) => sanitizerCurriculum({ ...base, scores }),
  ),
  all_tests: builtIn(
    '1 when every test passed and nothing else failed, else 0.',
    {
      require_clean: z
        .boolean()
        .default(false)
        .describe('A warning is a failure too: only the outcome `clean` earns 1.'),
      spans,
    },
    ({ require_clean: requireClean, ...options }, base) =>
      allTests({ ...base, ...options, requireClean }),
  ),
  tests_passed: builtIn(
    'Share of the tests that passed; 0 when it does not compile.',
    { spans },
    (options, base) => testsPassedFraction({ ...base, ...options }),
  ),
  compile_only: builtIn(
    '1 when it compiles, warnings or not, else 0.',
    { spans },
    (options, base) => compileOnly({ ...base, ...options }),
  ),
  ...answerRewards,
  ...textRewards,
};

export const rewardNames: readonly string[] = Object.keys(builtInRewards);

/** A built-in reward as a config names it. */
export interface RewardSpec {
  /** One of `rewardNames`. */
  name: string;
  /** What it is recorded under, so that one built-in can be used twice. @default its name */
  as?: string;
  /** @default 1 */
  weight?: number;
  /** In snake_case, as docs/rewards.md lists them. */
  options?: Record<string, unknown>;
}

/** The built-in reward of this name with these options; an unknown name, option or value is an error. */
export function createReward(spec: RewardSpec): RewardFunction {
  const { name, as = name, weight = 1, options = {} } = spec;
  if (!Object.hasOwn(builtInRewards, name)) {
    throw inputError(
      `createReward: expected the name of a built-in reward, got ${JSON.stringify(name)}.${didYouMean(name, rewardNames)} There are ${rewardNames.join(', ')}.`,
    );
  }
  const reward = builtInRewards[name];
  const parsed = reward.options.safeParse(options);
  if (!parsed.success)
    throw inputError(explainOptions(name, reward.options, options, parsed.error));
  return reward.make(parsed.data, { name: as, weight });
}
