import type { RunOptions, RunResult } from '../../experiments/index.js';
import { prepareNative } from '../prepare-native.js';
import type { Command } from './command.js';
import { experimentConfig, runEnd, runOptions, runToResume } from './experiment.js';

export const trainPretrainCommand = trainCommand(
  'pretrain',
  'train a policy on the corpus of a task (how the shipped policy was made)',
  'configs/pretrain-cpp.yaml',
);

export const trainGrpoCommand = trainCommand(
  'grpo',
  'train a policy by GRPO on what the toolchain says',
  'configs/grpo-cpp-token.yaml',
);

function trainCommand(kind: 'pretrain' | 'grpo', summary: string, example: string): Command {
  return {
    name: `train ${kind}`,
    summary,
    options: runOptions,
    examples: [`rlsf train ${kind} --config ${example}`],
    async run(input, context) {
      const config = await experimentConfig(input, null);
      const resume = await runToResume(config, kind, input, context);
      if (resume === 'left') return { value: undefined, lines: [], exitCode: 130 };
      await prepareNative((text) => context.note(text));
      const { train, trainPretrain } = await import('../../experiments/index.js');
      const start = (options: RunOptions): Promise<RunResult> =>
        kind === 'pretrain' ? trainPretrain(config, options) : train(kind, config, options);
      const { status } = await context.showRun((hooks) =>
        start({ ...hooks, ...(resume ? { resume: resume.folder } : {}) }),
      );
      return runEnd(status, `rlsf train ${kind}`);
    },
  };
}
