import path from 'node:path';
import { usageError } from '../../errors.js';
import { line, span } from '../styled.js';
import type { Command } from './command.js';
import { flagOption, numberOption, textOption } from './command.js';
import { generationOf, generationOptions, problemSeed, told } from './generation-options.js';
import { chainOptions, openChain } from './policy-chain.js';
import { taskOptionsOf } from './tasks-options.js';

export const generateCommand: Command = {
  name: 'generate',
  summary: 'completions of a task into a file, to be evaluated later or elsewhere',
  options: [
    {
      flags: '--run-name <name>',
      summary: 'the file is runs/completions/completions_<name>.json',
    },
    { flags: '--output <file>', summary: 'another place for it' },
    ...chainOptions,
    ...generationOptions,
    { flags: '--force', summary: 'begin anew where there is a file, or part of one' },
  ],
  examples: [
    'rlsf generate --run-name base --problems 50',
    'rlsf generate --run-name tour --adapter runs/tour/adapter -n 10 --temperature 0.8',
    'rlsf evaluate runs/completions/completions_tour.json',
  ],
  async run(input, context) {
    const name = textOption(input, 'runName');
    const output = textOption(input, 'output');
    if (name === undefined && output === undefined)
      throw usageError(
        'rlsf generate: --run-name <name> is missing. For example: rlsf generate --run-name base --problems 50',
      );
    if (name !== undefined && !/^[\w.-]+$/.test(name))
      throw usageError(
        `rlsf generate: --run-name: letters, digits, '.', '_' and '-' are expected, got '${name}'.`,
      );
    const file = output ?? path.join('runs', 'completions', `completions_${name}.json`);
    const { makeCompletions, usualFormat } = await import('../../evaluation/index.js');
    const { selectBackend } = await import('../../tensor/index.js');
    const generation = await generationOf('rlsf generate', input, context);
    const { task, split, count, numSamples, promptFormat, promptTemplate } = generation;
    const { path: data, language, shotSeed = 0 } = taskOptionsOf(input, context);
    await selectBackend('auto');
    const { policy, base, adapters } = await openChain(input, context);
    const tell = told(context);
    try {
      const { made, resumed } = await makeCompletions({
        ...generation,
        ...{ policy, file, force: flagOption(input, 'force'), signal: context.signal },
        about: {
          name: name ?? path.basename(file, '.json'),
          task: {
            name: textOption(input, 'task') ?? task.name,
            path: data === undefined ? null : path.resolve(data),
            language: language ?? null,
            heldOutShare:
              input.options['heldOutShare'] === undefined
                ? null
                : numberOption(input, 'heldOutShare', 0),
            shotSeed,
            ...{ split, n: count, seed: problemSeed },
          },
          settings: {
            ...{ task: task.name, split, promptTemplate, policy: base, adapters },
            promptFormat: promptFormat ?? usualFormat(task.name),
          },
        },
        onProgress: (done, total) => tell('sample', done, total),
      });
      const tokens = made.problems
        .flatMap(({ completions }) => completions)
        .reduce((sum, each) => sum + each.tokens, 0);
      const completions = made.problems.length * numSamples;
      return {
        value: {
          ...{ file, task: task.name, split, problems: made.problems.length, completions },
          ...{ tokens, resumed, modelRevision: made.settings.modelRevision },
        },
        lines: [
          line(span(file, 'title'), `  ${completions} completions, ${tokens} tokens`),
          ...(resumed > 0 ? [line(span(`  ${resumed} problems were done already`, 'dim'))] : []),
          line(span(`  their rates: rlsf evaluate ${file}`, 'dim')),
        ],
      };
    } finally {
      policy.dispose();
    }
  },
};
