import { line } from '../styled.js';
import type { Command } from './command.js';
import { configOptions, flagOption, listOption, textOption } from './command.js';

export const configCommand: Command = {
  name: 'config',
  summary: 'the config reference; with --config or --set, the config as it would run',
  options: [...configOptions, { flags: '--schema', summary: 'the JSON schema for editors' }],
  examples: ['rlsf config', 'rlsf config --config configs/tour.yaml --set run.seed=7'],
  async run(input) {
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
    const config = await loadConfig(file, { set });
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
