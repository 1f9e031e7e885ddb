import type { Policy } from '../../policy/index.js';
import type { CommandContext, CommandInput, CommandOption } from './command.js';
import { listOption } from './command.js';
import { policyOption, policyOptions } from './policy-option.js';
import { sourceHooks } from './source-hooks.js';

/** `--policy`, and `--adapter` once for each adapter of a chain. */
export const chainOptions: CommandOption[] = [
  ...policyOptions.filter(({ flags }) => !flags.startsWith('--adapter')),
  {
    flags: '--adapter <folder...>',
    summary:
      'a PEFT adapter on it; several: one trained on top of the other, in that order (KTO, then SFT)',
    many: true,
  },
];

export interface PolicyChain {
  policy: Policy;
  /** The base, as it was named. */
  base: string;
  adapters: string[];
}

/**
 * Loads the base with its adapters: each but the last is merged into the weights before the next one
 * is put on, as they were trained; the last stays an adapter.
 */
export async function openChain(
  input: CommandInput,
  context: Pick<CommandContext, 'json' | 'note' | 'signal'>,
): Promise<PolicyChain> {
  const { adapterFolder, loadAdapter, loadPolicy, mergeAdapter } =
    await import('../../policy/index.js');
  const [first, ...others] = listOption(input, 'adapter');
  const options = { ...input.options, adapter: first };
  const { policy: base, adapter } = await policyOption({ ...input, options }, context);
  const hooks = sourceHooks(context);
  const adapters = adapter === undefined ? [] : [adapter];
  for (const other of others) adapters.push((await adapterFolder(other, hooks)).folder);
  const policy = await loadPolicy(base, hooks);
  try {
    for (const [i, folder] of adapters.entries()) {
      if (i > 0) mergeAdapter(policy);
      await loadAdapter(policy, folder, hooks);
    }
    return { policy, base, adapters };
  } catch (error) {
    policy.dispose();
    throw error;
  }
}
