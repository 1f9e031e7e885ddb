import { usageError } from '../../errors.js';
import { line, span } from '../styled.js';
import { humanSize } from '../../experiments/runs/human-size.js';
import { prunableLines } from '../views/runs-view.js';
import type { Command, CommandContext, CommandOption } from './command.js';
import { flagOption, textOption, wholeOption } from './command.js';
import { outputDirOption } from './runs.js';

const yesOption: CommandOption = { flags: '--yes', summary: 'do not ask' };

export const runsRemoveCommand: Command = {
  name: 'runs rm',
  summary: 'remove runs, or whole studies, with all that is in their folders',
  arguments: [{ name: 'runs', summary: 'names of runs or their folders', many: true }],
  options: [outputDirOption, yesOption],
  examples: ['rlsf runs rm tour-2 tour-3', 'rlsf runs rm study-cpp/1/ppo-token --yes'],
  async run(input, context) {
    const { planRemoval, removeRuns } = await import('../../experiments/runs/index.js');
    const outputDir = textOption(input, 'outputDir') ?? 'runs';
    const names = input.rest ?? [];
    const plan = await planRemoval(names, outputDir);
    const bytes = plan.reduce((sum, each) => sum + each.bytes, 0);
    const what = plan
      .map(({ folder, runs }) => `${folder}${runs === 1 ? '' : ` (a study of ${runs} runs)`}`)
      .join(', ');
    const question = `Remove ${what}: ${humanSize(bytes)}, for good?`;
    if (!(await isAgreed(question, 'rlsf runs rm', flagOption(input, 'yes'), context)))
      return { value: [], lines: [line('Nothing was removed.')], exitCode: 130 };
    const removed = await removeRuns(names, outputDir);
    return {
      value: removed,
      lines: removed.map((each) =>
        line(span('removed ', 'dim'), each.folder, span(`  ${humanSize(each.bytes)}`, 'dim')),
      ),
    };
  },
};

export const runsPruneCommand: Command = {
  name: 'runs prune',
  summary: 'free the space of old checkpoints, query indexes and leftovers; records always stay',
  arguments: [
    {
      name: 'runs',
      summary: 'names of runs or studies, or folders (default: all)',
      required: false,
      many: true,
    },
  ],
  options: [
    outputDirOption,
    {
      flags: '--keep <n>',
      summary:
        'checkpoints that stay in a finished run: the last n, and the best; 0 keeps none (default: 1)',
    },
    { flags: '--dry-run', summary: 'only say what would go, with sizes' },
    yesOption,
  ],
  examples: ['rlsf runs prune --dry-run', 'rlsf runs prune study-cpp --keep 0 --yes'],
  async run(input, context) {
    const { planPruning, pruneRuns } = await import('../../experiments/runs/index.js');
    const outputDir = textOption(input, 'outputDir') ?? 'runs';
    const names = input.rest ?? [];
    const options = { keep: wholeOption(input, 'keep', 1) };
    const plan = await planPruning(names, outputDir, options);
    const bytes = plan.reduce((sum, each) => sum + each.bytes, 0);
    const value = { bytes, items: plan };
    if (plan.length === 0)
      return { value, lines: [line(`There is nothing to prune under ${outputDir}.`)] };
    if (flagOption(input, 'dryRun'))
      return {
        value,
        lines: [
          ...prunableLines(plan, context.width),
          line(span(`${humanSize(bytes)} would be freed.`, 'title')),
        ],
      };
    const question = `Remove ${plan.length} checkpoints, indexes and leftovers: ${humanSize(bytes)}? (--dry-run lists them)`;
    if (!(await isAgreed(question, 'rlsf runs prune', flagOption(input, 'yes'), context)))
      return {
        value: { bytes: 0, items: [] },
        lines: [line('Nothing was removed.')],
        exitCode: 130,
      };
    const items = await pruneRuns(names, outputDir, options);
    return {
      value: { bytes, items },
      lines: [
        ...prunableLines(items, context.width),
        line(span(`${humanSize(bytes)} freed.`, 'title')),
      ],
    };
  },
};

/** Asks where someone is there; else `--yes` must have said it. */
async function isAgreed(
  question: string,
  command: string,
  yes: boolean,
  context: CommandContext,
): Promise<boolean> {
  if (yes) return true;
  if (!context.interactive)
    throw usageError(`${command}: ${question} Nobody is here to ask: say so with --yes.`);
  const answer = await context.choose(question, [
    { key: 'y', label: 'yes, remove' },
    { key: 'n', label: 'no, leave all as it is' },
  ]);
  return answer === 'y';
}
