import { existsSync } from 'node:fs';
import { usageError } from '../../errors.js';
import type { RewardFunction } from '../../rewards/index.js';
import { line, span } from '../styled.js';
import { differenceLines } from '../views/difference-view.js';
import type { Command, CommandInput } from './command.js';
import { flagOption, listOption, textOption } from './command.js';
import { rewardOption, rewardsOf } from './reward-option.js';

export const rescoreCommand: Command = {
  name: 'rescore',
  summary: 'score recorded rollouts by another reward, and say what that changes',
  arguments: [{ name: 'rollouts', summary: 'a run folder or its rollouts.jsonl' }],
  options: [
    rewardOption,
    { flags: '--rejudge', summary: 'compile and run the completions again first' },
    {
      flags: '--against <what>',
      summary: 'another reward, or another log of the same rollouts (default: what is recorded)',
    },
    {
      flags: '--set <key=value...>',
      summary: 'change the run’s config, e.g. --set reward.scores.warning=0.2',
      many: true,
    },
    {
      flags: '--out <folder>',
      summary: 'write the new log, difference.json and the figure there',
    },
  ],
  examples: [
    'rlsf rescore runs/tour --reward tests_passed',
    'rlsf rescore runs/tour --reward sanitizer_curriculum --reward my-penalty.ts',
    "rlsf rescore runs/tour --rejudge --set 'judge.flags=[-Wextra]' --out runs/tour-extra",
  ],
  async run(input, context) {
    const { rescoreRun } = await import('../../experiments/index.js');
    const set = listOption(input, 'set');
    const rewards = await rewardsOf(listOption(input, 'reward'));
    const rejudge = flagOption(input, 'rejudge');
    if (rewards === undefined && !rejudge && set.length === 0) {
      throw usageError(
        'rlsf rescore: expected something to change: --reward, --rejudge or --set. See rlsf rescore --help.',
      );
    }
    let told = 0;
    const { difference, files } = await rescoreRun(input.arguments['rollouts'] ?? '', {
      rewards,
      against: await againstOf(input),
      rejudge,
      set,
      out: textOption(input, 'out'),
      signal: context.signal,
      onProgress(_stage, done, total) {
        if (context.json || Date.now() - told < 1000) return;
        told = Date.now();
        context.note(`${done} of ${total} completions judged`);
      },
    });
    const { points: _all, ...value } = difference;
    return {
      value: { ...value, files },
      lines: [
        ...differenceLines(difference, context.width),
        ...(files.length > 0 ? [line(span(`written  ${files.join(', ')}`, 'dim'))] : []),
      ],
    };
  },
};

async function againstOf(
  input: CommandInput,
): Promise<readonly RewardFunction[] | { log: string } | undefined> {
  const given = textOption(input, 'against');
  if (given === undefined) return undefined;
  const isLog = given.endsWith('.jsonl') || (existsSync(given) && !/\.[cm]?[jt]s$/.test(given));
  return isLog ? { log: given } : rewardsOf([given]);
}
