import { existsSync } from 'node:fs';
import path from 'node:path';
import { usageError } from '../../errors.js';
import { shipped, shippedPolicy } from '../../session/shipped.js';
import type { CommandContext, CommandInput, CommandOption } from './command.js';
import { textOption } from './command.js';
import { sourceHooks } from './source-hooks.js';

/** What to hand to `loadPolicy` or `openSession`. */
export interface NamedPolicy {
  policy: string;
  adapter?: string;
}

/** `--policy` and `--adapter`, as `policyOption` reads them. */
export const policyOptions: CommandOption[] = [
  {
    flags: '--policy <folder>',
    summary: `a Hugging Face model folder or Hub id (default: the base that --adapter names, else ${shippedPolicy})`,
  },
  { flags: '--adapter <folder>', summary: 'a PEFT adapter on it' },
];

/**
 * What they name. An adapter alone brings its base: the one that it names, which must be
 * at hand. Without either it is the shipped policy.
 */
export async function policyOption(
  input: CommandInput,
  context: Pick<CommandContext, 'json' | 'note' | 'signal'>,
): Promise<NamedPolicy> {
  const given = textOption(input, 'policy');
  const asked = textOption(input, 'adapter');
  if (asked === undefined) return { policy: shipped(given ?? shippedPolicy) };
  const { adapterFolder, baseOfAdapter, parseHubId } = await import('../../policy/index.js');
  const { folder } = await adapterFolder(asked, sourceHooks(context));
  const named = await baseOfAdapter(folder);
  const base = named === null ? null : shipped(named);
  if (given !== undefined) {
    const policy = shipped(given);
    if (base !== null && existsSync(base) && path.resolve(base) !== path.resolve(policy))
      context.note(`The adapter ${asked} names another base: ${base}. Taken as asked: ${policy}.`);
    return { policy, adapter: folder };
  }
  if (base === null)
    throw usageError(`${folder} does not say which base it was made for. Give it with --policy.`);
  if (!existsSync(base) && parseHubId(base) === null)
    throw usageError(
      `${folder} was made for the base ${base}, which is not here. Give its folder or Hub id with --policy.`,
    );
  return { policy: base, adapter: folder };
}
