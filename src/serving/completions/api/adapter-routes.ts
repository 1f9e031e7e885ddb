import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { httpError, postRoute, type HttpRoute } from '../../http/index.js';
import { refuse } from './fields.js';
import type { Service } from './service.js';

const name = z
  .string()
  .min(1)
  .max(200)
  .refine((text) => !/[\p{Cc}/]/u.test(text), 'a name without slashes and control characters');
const loadSchema = z.strictObject({
  lora_name: name,
  lora_path: z.string().min(1).max(4096),
  /** Serves new requests with these weights; those that run keep the old ones to their end. */
  load_inplace: z.boolean().nullish(),
});
const unloadSchema = z.strictObject({ lora_name: name, lora_int_id: z.int().nullish() });

/** vLLM's way to bring new weights to a server that runs: PEFT folders from below one root. */
export function adapterRoutes(service: Service): HttpRoute[] {
  const { catalogue, engine } = service;
  return [
    postRoute({
      path: '/v1/load_lora_adapter',
      name: 'loadAdapter',
      summary: 'a PEFT folder as a model of its own name',
      replyType: 'text/plain',
      body: loadSchema,
      async handle({ body }) {
        const { lora_name: wanted, lora_path: given, load_inplace: replace } = body;
        if (wanted === catalogue.name)
          refuse('lora_name', `'${wanted}' is the base's own name. Choose another.`);
        const folder = await folderBelow(rootOf(service), given);
        const adapter = await engine.loadAdapter({ name: wanted, folder }, replace === true);
        catalogue.adapters.set(wanted, adapter);
        return `Success: LoRA adapter '${wanted}' added successfully.`;
      },
    }),
    postRoute({
      path: '/v1/unload_lora_adapter',
      name: 'unloadAdapter',
      summary: 'takes it away; what runs with it goes on to its end',
      replyType: 'text/plain',
      body: unloadSchema,
      async handle({ body }) {
        rootOf(service);
        await engine.unloadAdapter(body.lora_name);
        catalogue.adapters.delete(body.lora_name);
        return `Success: LoRA adapter '${body.lora_name}' removed successfully.`;
      },
    }),
  ];
}

function rootOf({ adapterRoot }: Service): string {
  if (adapterRoot !== null) return adapterRoot;
  throw httpError(
    403,
    'adapters_are_fixed',
    'This server changes no adapters while it runs. Start it with --adapter-root FOLDER to allow those below that folder.',
  );
}

/** Links are followed before the question whether it lies below the root. Outside, nothing is told of what is there. */
async function folderBelow(root: string, given: string): Promise<string> {
  const outside = (): never =>
    refuse('lora_path', 'No adapter folder of that path lies below the root of this server.');
  if (given.includes('\0')) outside();
  try {
    const [real, above] = await Promise.all([realpath(path.resolve(root, given)), realpath(root)]);
    const isBelow = real.startsWith(above.endsWith(path.sep) ? above : above + path.sep);
    if (!isBelow || !(await stat(real)).isDirectory()) return outside();
    return real;
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'syscall' in error) return outside();
    throw error;
  }
}
