import { z } from 'zod';
import { postRoute } from '../http/index.js';
import type { HttpRoute } from '../http/index.js';
import { itemsField, tokenizerField } from './item-schema.js';
import type { RewardParts } from './parts.js';
import { judgeReply } from './reply-schemas.js';
import { openItems } from './rollouts.js';

/** `/v1/judge`: facts alone, the verdicts that `rlsf judge` shows. */
export function judgeRoute(parts: RewardParts): HttpRoute {
  const body = z
    .strictObject({ items: itemsField(parts.limits), tokenizer: tokenizerField })
    .meta({ id: 'JudgeRequest' });
  return postRoute({
    path: '/v1/judge',
    name: 'judge',
    summary: 'what compiler, sanitizers, runtime and tests say of completions, and where',
    body,
    reply: judgeReply,
    async handle({ body: { items, tokenizer }, id, tenant, signal }) {
      const found = parts.tokenizers.find(tokenizer);
      const { rollouts, problems } = openItems(items, id, parts.book, found);
      const verdicts = await parts.judging(
        parts.judge,
        rollouts.map(({ completion, finishReason }, i) => ({
          problem: problems[i],
          completion,
          truncated: finishReason !== 'stop',
        })),
        { tenant, signal },
      );
      return { verdicts };
    },
  });
}
