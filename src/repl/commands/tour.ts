import { prepareNative } from '../prepare-native.js';
import type { Command } from './command.js';
import { flagOption } from './command.js';
import { experimentConfig, runEnd, runOptions, runToResume } from './experiment.js';

export const tourCommand: Command = {
  name: 'tour',
  summary:
    'the main job: evaluate the shipped policy, train it on sanitizer feedback, evaluate again',
  options: runOptions,
  examples: [
    'rlsf tour',
    'rlsf tour --set run.seed=7 --set grpo.max_steps=20',
    'rlsf tour --plain | tee tour.log',
  ],
  async run(input, context) {
    const config = await experimentConfig(input, {
      command: 'rlsf tour',
      defaultFile: 'configs/tour.yaml',
      onNote: (note) => context.note(note),
    });
    const resume = await runToResume(config, 'tour', input, context);
    if (resume === 'left') return { value: undefined, lines: [], exitCode: 130 };
    await prepareNative((text) => context.note(text));
    const { runTour } = await import('../../experiments/index.js');
    const result = await context.showRun((hooks) =>
      runTour(config, {
        ...hooks,
        force: flagOption(input, 'force'),
        ...(resume ? { resume: resume.folder } : {}),
      }),
    );
    return runEnd(result, 'rlsf tour');
  },
};
