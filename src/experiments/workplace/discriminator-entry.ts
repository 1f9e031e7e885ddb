import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { inputError } from '../../errors.js';
import type { RewardFunction } from '../../rewards/index.js';
import { discriminatorReward } from '../../rewards/index.js';
import type { RewardEntry } from '../config/sections/reward.js';
import { loadDiscriminator } from '../discriminator/index.js';

const options = z.strictObject({
  path: z.string().min(1),
  compiled_only: z.boolean().default(true),
  spans: z.int().min(0).default(0),
});

type Entry = Pick<Exclude<RewardEntry, string>, 'as' | 'weight' | 'options'>;

/** `{ name: discriminator, options: { path: runs/discriminator } }`: the only built-in with a model to load. */
export async function openDiscriminator(entry: Entry): Promise<RewardFunction> {
  const given = parsed(entry);
  return discriminatorReward({
    model: await loadDiscriminator(given.path),
    weight: entry.weight,
    compiledOnly: given.compiled_only,
    spans: given.spans,
    name: entry.as,
  });
}

/** The file of its model. */
export function discriminatorFileOf(entry: Entry): string {
  const { path: place } = parsed(entry);
  const isFolder = existsSync(place) && statSync(place).isDirectory();
  return isFolder ? path.join(place, 'discriminator.json') : place;
}

function parsed(entry: Entry): z.infer<typeof options> {
  const result = options.safeParse(entry.options ?? {});
  if (result.success) return result.data;
  const [{ path: at, message }] = result.error.issues;
  throw inputError(
    `reward discriminator: options${at.length > 0 ? `.${at.join('.')}` : ''}: ${message}. Expected { path: the folder of rlsf train discriminator, compiled_only (true), spans (0) }.`,
  );
}
