import { line } from '../styled.js';
import type { Command } from './command.js';
import { configOptions, flagOption, listOption, textOption } from './command.js';
import type { CommandInput } from './command.js';
import { usageError } from '../../errors.js';
import type { Method } from '../../experiments/config/index.js';
import { methods } from '../../experiments/config/methods.js';

export const configCommand: Command = {
  name: 'config',
  summary: 'the config reference; with --config or --set, the config as it would run',
  options: [
    ...configOptions,
    { flags: '--schema', summary: 'the JSON schema for editors' },
    {
      flags: '--method <method>',
      summary: 'what is to run: sft, dpo, kto, ppo or grpo (the default)',
    },
  ],
  examples: ['rlsf config', 'rlsf config --config configs/tour.yaml --set run.seed=7'],
  async run(input, context) {
    const { configJsonSchema, configReference, loadConfig } =
      await import('../../experiments/config/index.js');
    const file = textOption(input, 'config') ?? null;
    const set = listOption(input, 'set');
    if (flagOption(input, 'schema')) {
      const schema = configJsonSchema();
      return { value: schema, lines: [line(JSON.stringify(schema, null, 2))] };
    }
    if (file === null && set.length === 0) {
      const reference = configReference();
      return { value: reference, lines: reference.split('\n').map((row) => line(row)) };
    }
    const method = methodOption(input);
    const config = await loadConfig(file, { set, method, onNote: (note) => context.note(note) });
    const { stringify } = await import('yaml');
    return {
      value: config,
      lines: stringify(config)
        .trimEnd()
        .split('\n')
        .map((row) => line(row)),
    };
  },
};

function methodOption(input: CommandInput): Method | undefined {
  const name = textOption(input, 'method');
  const method = methods.find((known) => known === name);
  if (name === undefined || method) return method;
  throw usageError(`rlsf config: --method takes ${methods.join(', ')}, got '${name}'.`);
}
