import { z } from 'zod';
import { tokenSchemes } from '../../../algorithms/index.js';
import { option, share } from '../option.js';

const score = (value: number, outcome: string) =>
  option(z.number().default(value), `Score of a completion whose outcome is ${outcome}.`);

const scores = z
  .strictObject({
    clean: score(1, '`clean`: no finding, all tests passed'),
    warning: score(0.5, '`warning`: all tests passed, the compiler warned'),
    wrong_answer: score(0.3, '`wrong_answer`'),
    runtime_error: score(0.2, '`runtime_error`: a crash or a sanitizer finding'),
    timeout: score(0.2, '`timeout`'),
    memory_limit: score(0.2, '`memory_limit`'),
    output_limit: score(0.2, '`output_limit`'),
    no_answer: score(0, '`no_answer`'),
    compile_error: score(0, '`compile_error`'),
  })
  .describe('Of `sanitizer_curriculum`: one score per outcome. `sandbox_error` is never scored.');

const tokenScheme = z
  .strictObject({
    name: option(
      z.enum(tokenSchemes).default('span_penalty'),
      'scalar: every token gets the completion’s advantage A. span_penalty: A − lambda on tokens that a finding reached, A elsewhere. process: each finding is a step with a reward of its own, compared within the group, that also counts for the tokens before it. return_to_go: discounted rewards from each token on, compared within the group.',
    ),
    lambda: option(
      z.number().min(0).default(0.5),
      'Weight of the findings: of span_penalty in units of the advantage (0 is `scalar` to the bit), else in units of the reward.',
    ),
    gamma: option(share().default(1), 'Discount a token, of return_to_go.'),
  })
  .describe('How the findings reach single tokens (grpo; ppo and dpo have options of their own).');

/** One reward function: a built-in's name or a file (`tests_passed`, `rewards/mine.ts`), or these with more. */
export const rewardEntry = z.union([
  z.string().min(1),
  z.strictObject({
    name: z.string().min(1).optional(),
    path: z.string().min(1).optional(),
    as: z.string().min(1).optional(),
    weight: z.number().optional(),
    options: z.record(z.string(), z.unknown()).optional(),
  }),
]);

export type RewardEntry = z.infer<typeof rewardEntry>;

export const rewardSection = z
  .strictObject({
    functions: option(
      z.array(rewardEntry).min(1).default(['sanitizer_curriculum']),
      'What scores a completion; the reward is the sum of weight × score. Each is the name of a built-in, a .ts or .js file, or `{ name or path, weight (1), as (the name it is recorded under), options }`: docs/rewards.md.',
    ),
    scores: scores.prefault({}),
    token_scheme: tokenScheme.prefault({}),
    shuffle: option(
      z.boolean().default(false),
      'The control run: rewards and findings are dealt out at random among the rollouts of a step, so nothing can be learned from them.',
    ),
  })
  .describe('What a verdict is worth.');
