import { z } from 'zod';
import type { Problem } from '../../records.js';
import { postRoute } from '../http/index.js';
import type { HttpRoute } from '../http/index.js';
import type { RewardParts } from './parts.js';

/** SandboxFusion's look at data sets, here the tasks of the server: prompts without tests and answers. */
export function dataRoutes({ book }: RewardParts): HttpRoute[] {
  const asked = {
    dataset: z.string().max(200),
    config: z.unknown().optional(),
  };
  const page = z.object({
    ...asked,
    offset: z.int().min(0).default(0),
    limit: z.int().min(0).default(1_000_000),
  });
  const prompt = z
    .object({
      id: z.string(),
      prompt: z.union([z.string(), z.array(z.object({ role: z.string(), content: z.string() }))]),
      labels: z.record(z.string(), z.unknown()),
    })
    .meta({ id: 'Prompt' });
  const promptOf = ({ id, prompt: text, language, split }: Problem): z.output<typeof prompt> => ({
    id,
    prompt: text,
    labels: { language, split },
  });
  const pageOf = ({ dataset, offset, limit }: z.output<typeof page>): readonly Problem[] =>
    book.ofTask(dataset, 'dataset').slice(offset, offset + limit);
  return [
    {
      method: 'GET',
      path: '/list_datasets',
      name: 'list_datasets',
      summary: 'SandboxFusion: the tasks',
      reply: z.array(z.string()),
      handle: () => book.tasks,
    },
    postRoute({
      path: '/list_ids',
      name: 'list_ids',
      summary: 'SandboxFusion: the ids of a task’s problems',
      body: page.meta({ id: 'GetPromptsRequest' }),
      reply: z.array(z.string()),
      handle: ({ body }) => pageOf(body).map(({ id }) => id),
    }),
    postRoute({
      path: '/get_prompts',
      name: 'get_prompts',
      summary: 'SandboxFusion: the prompts of a task',
      body: page,
      reply: z.array(prompt),
      handle: ({ body }) => pageOf(body).map(promptOf),
    }),
    postRoute({
      path: '/get_prompt_by_id',
      name: 'get_prompt_by_id',
      summary: 'SandboxFusion: one prompt',
      body: z.object({ ...asked, id: z.union([z.string().max(200), z.int()]) }),
      reply: prompt,
      handle: ({ body }) =>
        promptOf(book.find(String(body.id), body.dataset, body.dataset === '' ? 'dataset' : 'id')),
    }),
  ];
}
