import { readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { inputError, usageError } from '../../errors.js';
import type { SavedType } from '../../policy/index.js';
import { line, span } from '../styled.js';
import type { Command, CommandInput } from './command.js';
import { flagOption, textOption } from './command.js';
import { policyOption } from './policy-option.js';
import { sourceHooks } from './source-hooks.js';

const types: readonly SavedType[] = ['float32', 'bfloat16', 'float16'];

export const mergeCommand: Command = {
  name: 'merge',
  summary: 'a PEFT adapter added into its base: a whole model folder',
  options: [
    {
      flags: '--policy <folder>',
      summary:
        'the base, a Hugging Face model folder or Hub id (default: the one that the adapter names)',
    },
    { flags: '--adapter <folder>', summary: 'the PEFT adapter, a folder or Hub id' },
    { flags: '--output <folder>', summary: 'where the model goes' },
    { flags: '--dtype <type>', summary: `of the weights: ${types.join(', ')} (default: float32)` },
    {
      flags: '--force',
      summary: 'write into a folder that has files: those of a model or an adapter are replaced',
    },
  ],
  examples: [
    'rlsf merge --adapter runs/tour/adapter --output models/tour',
    'rlsf merge --policy models/qwen --adapter runs/grpo/adapter --output models/merged --dtype bfloat16',
  ],
  async run(input, context) {
    const adapter = neededOption(input, 'adapter');
    const output = path.resolve(neededOption(input, 'output'));
    const dtype = dtypeOption(input);
    const { loadPolicy, mergedConfig, savePolicy } = await import('../../policy/index.js');
    const { selectBackend } = await import('../../tensor/index.js');
    const hooks = sourceHooks(context);
    const { policy: base, adapter: folder = adapter } = await policyOption(input, context);
    await checkOutput(output, { base, adapter: folder, force: flagOption(input, 'force') });
    // Products in bfloat16 would not keep base + adapter exact.
    await selectBackend('auto', { matmulPrecision: 'highest' });
    const policy = await loadPolicy(base, { ...hooks, adapter: folder });
    try {
      await savePolicy(policy, output, { dtype, merge: true, removeAdapter: true });
      const untied = mergedConfig(policy) !== policy.config;
      return {
        value: { output, base, adapter: folder, dtype, untied },
        lines: [
          line(span('merged', 'title'), ` ${base} + ${folder} → ${output} (${dtype})`),
          ...(untied
            ? [
                line(
                  span(
                    'The adapter changes the output layer or the embedding alone: the model has them untied now.',
                    'dim',
                  ),
                ),
              ]
            : []),
        ],
      };
    } finally {
      policy.dispose();
    }
  },
};

function neededOption(input: CommandInput, name: string): string {
  const value = textOption(input, name);
  if (value !== undefined && value !== '') return value;
  throw usageError(
    `rlsf merge: --${name} <folder> is missing. For example: rlsf merge --adapter runs/tour/adapter --output models/tour`,
  );
}

function dtypeOption(input: CommandInput): SavedType {
  const given = textOption(input, 'dtype') ?? 'float32';
  const found = types.find((type) => type === given);
  if (found !== undefined) return found;
  throw usageError(`rlsf merge: --dtype expects ${types.join(', ')}, got '${given}'.`);
}

async function checkOutput(
  output: string,
  { base, adapter, force }: { base: string; adapter: string; force: boolean },
): Promise<void> {
  const place = (folder: string): Promise<string> =>
    realpath(folder).catch(() => path.resolve(folder));
  const target = await place(output);
  for (const [what, folder] of Object.entries({ base, adapter })) {
    if ((await place(folder)) === target)
      throw inputError(
        `rlsf merge: --output ${output} is the folder of the ${what}, which stays as it is. Name another one.`,
      );
  }
  const files = await readdir(output).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw inputError(`rlsf merge: --output ${output} cannot be used (${String(error.code)}).`, {
      cause: error,
    });
  });
  if (files.length > 0 && !force)
    throw inputError(
      `rlsf merge: --output ${output} has files already (${files[0]}${files.length > 1 ? `, … ${files.length} in all` : ''}). Name a new folder, or replace the model in it with --force.`,
    );
}
