import { existsSync } from 'node:fs';
import { inputError, usageError } from '../../errors.js';
import type { BenchRewardInput } from '../../evaluation/index.js';
import type { Problem } from '../../records.js';
import type { Task } from '../../tasks/index.js';
import { rewardBenchView } from '../views/reward-bench-view.js';
import type { Command, CommandContext, CommandInput } from './command.js';
import { listOption, textOption, wholeOption } from './command.js';
import { judgePlaceOptions, openCommandJudge } from './judge-place.js';
import { policyOption, policyOptions } from './policy-option.js';
import { openedRewards, rewardOption } from './reward-option.js';
import { sourceHooks } from './source-hooks.js';
import { openTaskOption, taskOptions } from './tasks-options.js';

export const rewardBenchCommand: Command = {
  name: 'reward-bench',
  summary: 'test a reward before it is trained on: references, mutants, hacks, length, places',
  options: [
    rewardOption,
    { flags: '--task <name>', summary: 'the task, or a folder of your own (default: cpp)' },
    ...taskOptions,
    { flags: '--split <split>', summary: 'the split problems come from (default: its first)' },
    { flags: '-n, --n <count>', summary: 'problems with a reference (default: 6)' },
    { flags: '--seed <seed>', summary: 'of problems and mutants (default: 0)' },
    { flags: '--flags <flags>', summary: 'for the C++ compiler, as the training’s: "-Werror"' },
    { flags: '--rollouts <file>', summary: 'spread of rewards on these judged rollouts' },
    ...policyOptions,
    { flags: '--no-policy', summary: 'sample no groups: the spread is that of the specimens' },
    { flags: '--out <file>', summary: 'write the report as Markdown' },
    ...judgePlaceOptions,
  ],
  examples: [
    'rlsf reward-bench',
    'rlsf reward-bench --reward tests_passed repetition:0.2 --task cpp',
    'rlsf reward-bench --reward rewards/mine.ts --flags -Werror --out bench.md',
  ],
  async run(input, context) {
    const { benchMarkdown, benchReward } = await import('../../evaluation/index.js');
    const entries = listOption(input, 'reward');
    const rewards = await openedRewards(entries.length > 0 ? entries : ['sanitizer_curriculum']);
    const seed = wholeOption(input, 'seed', 0);
    const task = await openTaskOption(input, context, textOption(input, 'task') ?? 'cpp');
    const split = textOption(input, 'split') ?? task.splits[0];
    const problems = withReferences(task, split, wholeOption(input, 'n', 6, 1), seed);
    const rollouts = await recordedRollouts(input);
    const flags = (textOption(input, 'flags') ?? '').split(/\s+/).filter((flag) => flag !== '');
    const languages = [problems[0].language];
    const judge = await openCommandJudge(input, context, { languages, flags });
    const sampled = rollouts ? undefined : await samplingPolicy(input, context, task.name);
    try {
      const report = await benchReward({
        rewards,
        problems,
        judge,
        seed,
        rollouts,
        sampled,
        signal: context.signal,
        onProgress: progress(context),
      });
      const out = textOption(input, 'out');
      if (out !== undefined) {
        const { writeFileAtomically } = await import('../../experiments/run/files.js');
        await writeFileAtomically(out, benchMarkdown(report));
      }
      return {
        value: report,
        lines: rewardBenchView(report, context.width),
        exitCode: report.passed ? 0 : 1,
      };
    } finally {
      await judge.close();
      sampled?.policy.dispose();
    }
  },
};

function withReferences(task: Task, split: string, n: number, seed: number): Problem[] {
  const hasReference = ({ reference }: Problem): boolean => reference !== undefined;
  const drawn = task.problems({ split, n, seed });
  if (drawn.every(hasReference)) return drawn;
  const all = task.problems({ split, seed }).filter(hasReference);
  if (all.length > 0) return all.slice(0, n);
  throw inputError(
    `rlsf reward-bench: expected problems with a reference solution, but none of ${task.name}, split ${split}, has one. The bench makes its programs from references; take another task, such as cpp, mbpp or maths.`,
  );
}

async function recordedRollouts(input: CommandInput): Promise<BenchRewardInput['rollouts']> {
  const file = textOption(input, 'rollouts');
  if (file === undefined) return undefined;
  if (!existsSync(file))
    throw usageError(`rlsf reward-bench: --rollouts: there is no file ${file}.`);
  const { readRollouts } = await import('../../rollouts/index.js');
  return [...readRollouts(file)].filter(({ verdict }) => verdict !== undefined);
}

/** Tasks that a shipped policy was trained for. */
const shippedPolicies: Record<string, string> = {
  cpp: 'data/policies/cpp-tiny',
  maths: 'data/policies/maths-tiny',
};

async function samplingPolicy(
  input: CommandInput,
  context: CommandContext,
  task: string,
): Promise<BenchRewardInput['sampled']> {
  const isNamed = [input.options['policy'], input.options['adapter']].some(
    (option) => typeof option === 'string',
  );
  if (input.options['policy'] === false || (!isNamed && !Object.hasOwn(shippedPolicies, task)))
    return undefined;
  const [{ selectBackend }, { loadPolicy }, { shipped }] = await Promise.all([
    import('../../tensor/index.js'),
    import('../../policy/index.js'),
    import('../../session/shipped.js'),
  ]);
  await selectBackend('auto');
  const { policy: folder, ...adapted } = isNamed
    ? await policyOption(input, context)
    : { policy: shipped(shippedPolicies[task]) };
  return { policy: await loadPolicy(folder, { ...sourceHooks(context), ...adapted }) };
}

function progress(context: CommandContext): BenchRewardInput['onProgress'] {
  let told = 0;
  const verbs = { sample: 'sampled', judge: 'judged', check: 'checked' };
  return (stage, done, total) => {
    if (context.json || stage === 'check') return;
    if (Date.now() - told < 2000 && done < total) return;
    told = Date.now();
    context.note(`${verbs[stage]} ${done} of ${total}`);
  };
}
