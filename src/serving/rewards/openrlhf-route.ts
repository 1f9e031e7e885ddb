import { z } from 'zod';
import type { Problem, Rollout } from '../../records.js';
import { httpError, postRoute } from '../http/index.js';
import type { HttpRoute } from '../http/index.js';
import { openItems } from './rollouts.js';
import type { Item } from './item-schema.js';
import type { RewardParts } from './parts.js';
import { problemSchema } from './problem-schema.js';
import { judgeAndScore } from './scoring.js';
import { completionOf } from './whole-text.js';

/**
 * `/get_reward`, OpenRLHF's remote reward model: `{query, prompts, labels}`, each a list with one entry
 * per sample; `query` is prompt and response, decoded with special tokens. Old releases send `query`
 * alone or with `prompts`. The reply holds lists, as OpenRLHF's own server's does: `rewards` to train
 * on, `scores` (the first reward function's score, from 0 to 1) for dynamic filtering, `extra_logs` numbers.
 */
export function openrlhfRoute(parts: RewardParts): HttpRoute {
  const text = z.string().max(2 * parts.limits.completion);
  const body = z
    .object({
      query: z.array(text).min(1).max(parts.limits.items),
      prompts: z.array(text).max(parts.limits.items).nullish(),
      labels: z
        .array(z.unknown())
        .max(parts.limits.items)
        .nullish()
        .describe(
          'What tells the problem: its id, {task, id}, a whole problem, or either as JSON. null: by its prompt.',
        ),
    })
    .meta({ id: 'OpenRlhfRequest' });
  const whole = problemSchema(parts.limits);
  const named = z.object({ task: z.string().optional(), id: z.string() });

  const problemOf = (
    label: unknown,
    prompt: string | undefined,
    query: string,
    i: number,
  ): Problem => {
    const value = jsonOf(label);
    if (typeof value === 'string' || typeof value === 'number')
      return parts.book.find(String(value), undefined, `labels[${i}]`);
    const given = whole.safeParse(value);
    if (given.success) return given.data;
    const name = named.safeParse(value);
    if (name.success) return parts.book.find(name.data.id, name.data.task, `labels[${i}]`);
    const found = value === null ? parts.book.byPrompt(prompt ?? query) : null;
    if (found) return found;
    const expected = 'a problem’s id, {task, id} or a whole problem (--data.label_key)';
    const got = value === null ? 'none, and no problem has this prompt' : typeof value;
    throw httpError(400, 'bad_request', `labels[${i}]: expected ${expected}, got ${got}.`, {
      where: `labels[${i}]`,
      expected,
      got,
    });
  };

  return postRoute({
    path: '/get_reward',
    name: 'get_reward',
    summary: 'OpenRLHF’s remote reward model (--reward.remote_url, once --remote_rm_url)',
    body,
    reply: openrlhfReply,
    async handle({ body: asked, id, tenant, signal }) {
      const { query, prompts, labels } = asked;
      for (const [name, list] of Object.entries({ prompts, labels }))
        if (list && list.length > 0 && list.length !== query.length)
          throw httpError(
            400,
            'bad_request',
            `${name}: expected ${query.length} entries, as many as query, got ${list.length}.`,
            { where: name, expected: `${query.length} entries`, got: `${list.length}` },
          );
      const items = query.map((text, i): Item => {
        const prompt = prompts?.[i];
        const problem = problemOf(labels?.[i] ?? null, prompt, text, i);
        return {
          problem,
          completion: completionOf(text, prompt, problem, i),
          finishReason: 'stop',
          prompt: prompt ?? '',
        };
      });
      const scored = await judgeAndScore(parts, openItems(items, id, parts.book, null), {
        tenant,
        signal,
      });
      return replyOf(scored, parts.unscorable);
    },
  });
}

const openrlhfReply = z
  .object({
    rewards: z.array(z.number()),
    scores: z.array(z.number()),
    extra_logs: z.record(z.string(), z.array(z.number())),
  })
  .meta({ id: 'OpenRlhfReply' });

/** A label that is JSON is what it says; another one is a name. */
function jsonOf(label: unknown): unknown {
  if (typeof label !== 'string') return label ?? null;
  if (!/^\s*[{"]/.test(label)) return label.trim() === '' ? null : label;
  try {
    return JSON.parse(label) as unknown;
  } catch {
    return label;
  }
}

/** OpenRLHF makes a tensor of every value: there is no place for «could not be scored» among them. */
function replyOf(
  scored: readonly Rollout[],
  unscorable: number | null,
): z.output<typeof openrlhfReply> {
  const lost = scored.findIndex(({ reward }) => reward === null);
  if (lost >= 0 && unscorable === null)
    throw httpError(
      503,
      'unscorable',
      `query[${lost}]: the judge itself failed (${scored[lost].verdict?.diagnostics[0]?.message ?? 'no score'}). Ask again, or start the server with --unscorable NUMBER to have a number instead.`,
      { where: `query[${lost}]`, retryAfterSeconds: 1 },
    );
  const value = (number: number | null | undefined): number => number ?? unscorable ?? 0;
  const names = scored[0].rewards?.map(({ name }) => name) ?? [];
  const flag = (of: (rollout: Rollout) => boolean): number[] =>
    scored.map((rollout) => (of(rollout) ? 1 : 0));
  return {
    rewards: scored.map(({ reward }) => value(reward)),
    scores: scored.map(({ rewards }) => clamped(value(rewards?.[0]?.score))),
    extra_logs: {
      ...Object.fromEntries(
        names.map((name, k) => [name, scored.map(({ rewards }) => value(rewards?.[k]?.score))]),
      ),
      compile_rate: flag(({ verdict }) => verdict?.outcome !== 'compile_error'),
      clean_rate: flag(({ verdict }) => verdict?.outcome === 'clean'),
      unscorable: flag(({ reward }) => reward === null),
    },
  };
}

function clamped(score: number): number {
  return Math.min(1, Math.max(0, score));
}
