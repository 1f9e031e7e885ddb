import type { Rollout } from '../../records.js';
import { shipped, shippedPolicy } from '../../session/shipped.js';
import { line, span } from '../styled.js';
import type { StyledLine } from '../styled.js';
import { groupView } from '../views/group-view.js';
import type { Command } from './command.js';
import { flagOption, numberOption, textOption, wholeOption } from './command.js';
import { findProblem } from './tasks.js';

export const sampleCommand: Command = {
  name: 'sample',
  summary: 'one group of rollouts to look at: sampled, judged, scored',
  options: [
    {
      flags: '--policy <folder>',
      summary: `a Hugging Face model folder (default: ${shippedPolicy})`,
    },
    { flags: '--adapter <folder>', summary: 'a PEFT adapter on it' },
    { flags: '--task <name>', summary: 'the task (default: cpp)' },
    { flags: '--split <split>', summary: 'the split problems come from (default: train)' },
    { flags: '--id <id>', summary: 'this problem' },
    { flags: '--n <count>', summary: 'completions (default: 8)' },
    { flags: '--temperature <t>', summary: 'sampling temperature, 0 is greedy (default: 1)' },
    { flags: '--seed <seed>', summary: 'seed of problem and draws (default: 42)' },
    { flags: '--all', summary: 'show the source of every completion' },
    { flags: '--no-judge', summary: 'only sample' },
  ],
  examples: [
    'rlsf sample --n 4',
    'rlsf sample --adapter runs/tour/adapter --split held_out --json',
  ],
  async run(input, context) {
    const { closeSession, judge, openSession, sample, score } =
      await import('../../session/index.js');
    const { reachedTokens } = await import('../../rollouts/index.js');
    const task = textOption(input, 'task') ?? 'cpp';
    const id = textOption(input, 'id');
    const n = wholeOption(input, 'n', 8, 1);
    const temperature = numberOption(input, 'temperature', 1);
    const adapter = textOption(input, 'adapter');
    const session = await openSession({
      policy: shipped(textOption(input, 'policy') ?? shippedPolicy),
      ...(adapter === undefined ? {} : { adapter }),
      task,
      split: textOption(input, 'split') ?? 'train',
      seed: wholeOption(input, 'seed', 42),
      numGenerations: n,
      sampling: { temperature },
      loraR: 0,
    });
    try {
      const { signal } = context;
      const problems = id === undefined ? undefined : [await findProblem(task, id)];
      let rollouts = await sample(session, { signal, ...(problems ? { problems } : {}) });
      if (input.options['judge'] !== false) {
        await judge(session, { signal });
        rollouts = await score(session);
      }
      const [problem] = session.problems;
      const members = rollouts.map((rollout) => ({ rollout, findings: reachedTokens(rollout) }));
      const sources = flagOption(input, 'all') || n <= 2 ? n : 3;
      return {
        value: rollouts,
        lines: [
          line(span(problem.id, 'title'), span(`  ${problem.split}`, 'dim')),
          ...groupView(problem.prompt, members, { width: context.width, sources }),
          line(''),
          summaryLine(rollouts),
        ],
      };
    } finally {
      await closeSession(session);
    }
  },
};

function summaryLine(rollouts: readonly Rollout[]): StyledLine {
  const judged = rollouts.filter((rollout) => rollout.verdict);
  const clean = judged.filter((rollout) => rollout.verdict?.outcome === 'clean').length;
  const tokens = rollouts.reduce((sum, rollout) => sum + rollout.completionIds.length, 0);
  return line(
    span(
      `${rollouts.length} completions, ${tokens} tokens${judged.length > 0 ? `, ${clean} fully clean` : ''}`,
      'dim',
    ),
  );
}
