import { line, span } from '../styled.js';
import { explainedStepLines, explainedStepsLines } from '../views/explain-view.js';
import type { Command } from './command.js';
import { textOption, wholeOption } from './command.js';

export const explainCommand: Command = {
  name: 'explain',
  summary: 'why the steps of a run taught something or nothing, group by group',
  arguments: [{ name: 'run', summary: 'a run folder or its rollouts.jsonl' }],
  options: [
    { flags: '--step <step>', summary: 'one step, with all its groups (default: all steps)' },
  ],
  examples: ['rlsf explain runs/tour', 'rlsf explain runs/tour --step 3'],
  async run(input, context) {
    const { explainRun } = await import('../../experiments/index.js');
    const one = textOption(input, 'step') !== undefined;
    const step = one ? wholeOption(input, 'step', 0) : undefined;
    const steps = await explainRun(input.arguments['run'] ?? '', { step });
    return {
      value: one ? steps[0] : steps,
      lines: one
        ? explainedStepLines(steps[0], context.width)
        : [
            ...explainedStepsLines(steps, context.width),
            line(span('Look at one: --step N', 'dim')),
          ],
    };
  },
};
