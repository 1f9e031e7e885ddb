import { z } from 'zod';
import { advantageEstimators, tokenSchemes } from '../../algorithms/index.js';
import type { TokenScheme } from '../../algorithms/index.js';
import type { Rollout } from '../../records.js';
import { createReward, rewardNames } from '../../rewards/index.js';
import type { RewardFunction } from '../../rewards/index.js';
import { assignAdvantages } from '../../training/index.js';
import type { AdvantageSettings } from '../../training/index.js';
import { postRoute } from '../http/index.js';
import type { HttpRoute } from '../http/index.js';
import { itemsField, tokenizerField } from './item-schema.js';
import type { RewardParts } from './parts.js';
import { rewardsReply } from './reply-schemas.js';
import { openItems } from './rollouts.js';
import { judgeAndScore } from './scoring.js';
import { tokenRewards } from './token-rewards.js';

/** `/v1/rewards`: verdicts, scores, and what each token earns. */
export function rewardsRoute(parts: RewardParts): HttpRoute {
  const body = z
    .strictObject({
      items: itemsField(parts.limits),
      tokenizer: tokenizerField,
      rewards: rewardsField.optional(),
      tokenScheme: schemeField.optional(),
      advantages: z
        .union([z.boolean(), advantageFields])
        .default(false)
        .describe('Compare the completions of each group, as GRPO does.'),
      verdicts: z.boolean().default(true).describe('false: leave the verdicts out of the reply.'),
    })
    .meta({ id: 'RewardsRequest' });
  return postRoute({
    path: '/v1/rewards',
    name: 'rewards',
    summary: 'scores of completions, the spans they come from, token rewards and advantages',
    body,
    reply: rewardsReply,
    async handle({ body: asked, id, tenant, signal }) {
      const tokenizer = parts.tokenizers.find(asked.tokenizer);
      const opened = openItems(asked.items, id, parts.book, tokenizer);
      const rewards = asked.rewards?.map(builtIn);
      const scored = await judgeAndScore(parts, opened, { tenant, signal }, rewards);
      const settings = settingsOf(parts, asked.advantages, asked.tokenScheme);
      const final = asked.advantages === false ? scored : assignAdvantages(scored, settings);
      return {
        items: final.map((rollout) => replyOf(rollout, settings.tokenScheme, asked.verdicts)),
      };
    },
  });
}

const rewardsField = z
  .array(
    z.union([
      z.string().max(80),
      z.strictObject({
        name: z.string().max(80),
        as: z.string().min(1).max(80).optional(),
        weight: z.number().optional(),
        options: z.record(z.string(), z.unknown()).optional(),
      }),
    ]),
  )
  .min(1)
  .max(32)
  .describe(
    `Built-in reward functions; their sum is the reward. Without it: those the server was started with. There are ${rewardNames.join(', ')}.`,
  );

const schemeField = z
  .strictObject({
    name: z.enum(tokenSchemes),
    lambda: z.number().min(0).optional(),
    gamma: z.number().min(0).max(1).optional(),
  })
  .describe('How findings reach single tokens. Without it: the server’s.');

const advantageFields = z.strictObject({
  estimator: z.enum(advantageEstimators).optional(),
  scaleRewards: z.enum(['group', 'batch', 'none']).optional(),
  normalizeAdvantages: z.boolean().optional(),
});

type Scheme = z.output<typeof schemeField>;

/** A request names built-ins only: a file would be code of the caller's, run by us. */
function builtIn(entry: z.output<typeof rewardsField>[number]): RewardFunction {
  return createReward(typeof entry === 'string' ? { name: entry } : entry);
}

function settingsOf(
  { advantages: own }: RewardParts,
  asked: boolean | z.output<typeof advantageFields>,
  scheme: Scheme | undefined,
): AdvantageSettings & { tokenScheme: TokenScheme } {
  const given = typeof asked === 'boolean' ? {} : asked;
  return {
    ...own,
    ...(given.estimator !== undefined && { advantageEstimator: given.estimator }),
    ...(given.scaleRewards !== undefined && { scaleRewards: given.scaleRewards }),
    ...(given.normalizeAdvantages !== undefined && {
      normalizeAdvantages: given.normalizeAdvantages,
    }),
    tokenScheme: scheme === undefined ? own.tokenScheme : schemeOf(scheme, own.tokenScheme),
  };
}

function schemeOf({ name, lambda, gamma }: Scheme, own: TokenScheme): TokenScheme {
  const weight = lambda ?? ('lambda' in own ? own.lambda : undefined) ?? 1;
  switch (name) {
    case 'scalar':
      return { name };
    case 'span_penalty':
    case 'process':
      return { name, lambda: weight };
    case 'return_to_go':
      return { name, lambda: weight, ...(gamma !== undefined && { gamma }) };
  }
}

function replyOf(rollout: Rollout, scheme: TokenScheme, withVerdict: boolean): object {
  const { problemId, completion, verdict, reward, rewards, advantages } = rollout;
  return {
    problemId,
    completion,
    outcome: verdict?.outcome,
    ...(withVerdict && { verdict }),
    reward,
    rewards,
    ...(rollout.byteOffsets.length > 1 && { tokens: tokenRewards(rollout, scheme) }),
    ...(advantages && { advantages }),
  };
}
