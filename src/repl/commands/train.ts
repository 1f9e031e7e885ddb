import type { Method } from '../../experiments/config/index.js';
import type { RunOptions, RunResult } from '../../experiments/index.js';
import { prepareNative } from '../prepare-native.js';
import type { Command, CommandContext, CommandInput, CommandResult } from './command.js';
import { flagOption, listOption, textOption } from './command.js';
import { experimentConfig, runEnd, runOptions, runToResume } from './experiment.js';

/** `rlsf train <kind>`, in the order of the help. */
export const trainCommands: readonly Command[] = [
  trainCommand(
    'sft',
    'train a policy on texts, or on completions of prompts',
    'configs/sft-cpp.yaml',
  ),
  trainCommand(
    'dpo',
    'train a policy on pairs of a better and a worse answer',
    'configs/dpo-cpp-token.yaml',
  ),
  trainCommand('kto', 'train a policy on answers called good or bad', 'configs/kto-cpp-token.yaml'),
  trainCommand('cpo', 'train a policy on pairs by CPO or SimPO', 'configs/simpo-cpp.yaml'),
  trainCommand('orpo', 'train a policy on pairs by ORPO', 'configs/orpo-cpp.yaml'),
  trainCommand(
    'ppo',
    'train a policy by PPO on what the toolchain says',
    'configs/ppo-cpp-token.yaml',
  ),
  trainCommand(
    'grpo',
    'train a policy by GRPO on what the toolchain says',
    'configs/grpo-cpp-token.yaml',
  ),
  trainCommand(
    'pretrain',
    'make a small policy from the corpus of a task (how the shipped ones were made)',
    'configs/pretrain-cpp.yaml',
  ),
];

function trainCommand(kind: Method | 'pretrain', summary: string, example: string): Command {
  return {
    name: `train ${kind}`,
    summary,
    options: [
      ...runOptions,
      {
        flags: '--fork <run>',
        summary: 'a new run that goes on from a checkpoint of another: runs/a, or runs/a@3',
      },
    ],
    examples: [`rlsf train ${kind} --config ${example}`],
    async run(input, context) {
      if (textOption(input, 'fork') !== undefined) return trainFork(kind, input, context);
      const config = await experimentConfig(input, {
        command: `rlsf train ${kind}`,
        ...(kind === 'pretrain' ? {} : { method: kind }),
        onNote: (note) => context.note(note),
      });
      const resume = await runToResume(config, kind, input, context);
      if (resume === 'left') return { value: undefined, lines: [], exitCode: 130 };
      await prepareNative((text) => context.note(text));
      const { train, trainPretrain } = await import('../../experiments/index.js');
      const start = (options: RunOptions): Promise<RunResult> =>
        kind === 'pretrain' ? trainPretrain(config, options) : train(kind, config, options);
      const result = await context.showRun((hooks) =>
        start({
          ...hooks,
          force: flagOption(input, 'force'),
          ...(resume ? { resume: resume.folder } : {}),
        }),
      );
      return runEnd(result, `rlsf train ${kind}`);
    },
  };
}

/** A run of its own from the middle of another one; `--set` says what differs from there on. */
async function trainFork(
  kind: Method | 'pretrain',
  input: CommandInput,
  context: CommandContext,
): Promise<CommandResult> {
  const { forkRun, train, trainPretrain } = await import('../../experiments/index.js');
  const source = textOption(input, 'fork') ?? '';
  const name = textOption(input, 'runName');
  const fork = await forkRun(source, {
    kind,
    force: flagOption(input, 'force'),
    set: [...listOption(input, 'set'), ...(name === undefined ? [] : [`run.name=${name}`])],
  });
  await prepareNative((text) => context.note(text));
  const result = await context.showRun((hooks) => {
    const options = { ...hooks, resume: fork.folder };
    return kind === 'pretrain'
      ? trainPretrain(fork.config, options)
      : train(kind, fork.config, options);
  });
  return runEnd(result, `rlsf train ${kind}`);
}
