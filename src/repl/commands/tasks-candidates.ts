import path from 'node:path';
import { usageError } from '../../errors.js';
import type { Outcome, Rollout } from '../../records.js';
import { line, span } from '../styled.js';
import { promptedSet, withConfig } from './candidates-set.js';
import type { Command } from './command.js';
import { listOption, numberOption, textOption, wholeOption } from './command.js';
import { judgePlaceOptions, openCommandJudge } from './judge-place.js';
import { policyOption, policyOptions } from './policy-option.js';
import { rewardOption, rewardsOf } from './reward-option.js';
import { checkSamplingOptions } from './sampling-check.js';
import { sourceHooks } from './source-hooks.js';
import { openTaskOption, taskOptions } from './tasks-options.js';

export const tasksCandidatesCommand: Command = {
  name: 'tasks candidates',
  summary:
    'draw completions of a task from a policy and judge them: what training sets are built from',
  options: [
    {
      flags: '--output <folder>',
      summary: 'where the files are, or will be; called again, goes on',
    },
    {
      flags: '--prompt-path <file>',
      summary:
        'a template around each prompt ({prompt}, {language}, {id}); the set is then named {config}-{file}, and lies in runs/ where there is no --output',
    },
    {
      flags: '--config <file>',
      summary: 'what is not given here: policy, task, sampling, dataset.candidates, run.seed',
    },
    ...policyOptions,
    { flags: '--task <name>', summary: 'the task, or a folder of your own (default: cpp)' },
    ...taskOptions,
    { flags: '--split <split>', summary: 'which split (default: the first)' },
    { flags: '--problems <count>', summary: 'how many problems (default: all of the split)' },
    { flags: '-n, --n <count>', summary: 'completions per problem (default: 8)' },
    { flags: '--seed <seed>', summary: 'of problems and draws (default: 42)' },
    { flags: '--max-new-tokens <count>', summary: 'tokens of a completion (default: 256)' },
    { flags: '--temperature <t>', summary: 'sampling temperature (default: 1)' },
    { flags: '--top-k <k>', summary: 'keep the k likeliest tokens (default: 0, all)' },
    { flags: '--top-p <p>', summary: 'keep the likeliest that reach p together (default: 1, all)' },
    rewardOption,
    { flags: '--chunk-size <count>', summary: 'problems between two writes (default: 16)' },
    ...judgePlaceOptions,
  ],
  examples: [
    'rlsf tasks candidates --problems 100 -n 8 --output runs/candidates',
    'rlsf tasks candidates --task mbpp --policy models/qwen --temperature 0.8 --output runs/mbpp',
    'rlsf tasks candidates --task csn --task-language java --path java.jsonl.gz --prompt-path prompts/plain.txt',
  ],
  async run(given, context) {
    const output = textOption(given, 'output');
    if (output === undefined && textOption(given, 'promptPath') === undefined)
      throw usageError(
        'rlsf tasks candidates: --output: expected the folder for candidates.jsonl, got none.',
      );
    const { input, minP, repetitionPenalty, judgePlace } = await withConfig(given, context);
    const seed = wholeOption(input, 'seed', 42);
    const numGenerations = wholeOption(input, 'n', 8, 1);
    const sampling = {
      temperature: numberOption(input, 'temperature', 1),
      topK: wholeOption(input, 'topK', 0),
      topP: numberOption(input, 'topP', 1),
      minP,
      ...(repetitionPenalty !== 1 && { repetitionPenalty }),
      maxNewTokens: wholeOption(input, 'maxNewTokens', 256, 1),
      stop: [],
      seed,
    };
    const chunkSize = wholeOption(input, 'chunkSize', 16, 1);
    const count = textOption(input, 'problems');
    const n = count === undefined ? undefined : wholeOption(input, 'problems', 1, 1);
    await checkSamplingOptions('rlsf tasks candidates', sampling);
    const [
      { collectCandidates },
      { loadPolicy, loadAdapter },
      { languagesOf },
      { sanitizerCurriculum },
      tensor,
    ] = await Promise.all([
      import('../../datasets/index.js'),
      import('../../policy/index.js'),
      import('../../sandbox/index.js'),
      import('../../rewards/index.js'),
      import('../../tensor/index.js'),
    ]);
    const rewards = (await rewardsOf(listOption(input, 'reward'))) ?? [sanitizerCurriculum()];
    const task = await openTaskOption(input, context, textOption(input, 'task') ?? 'cpp');
    const split = textOption(input, 'split') ?? task.splits[0];
    const drawn = task.problems({ split, n, seed });
    const named = await policyOption(input, context);
    const set = await promptedSet(input, drawn, named.adapter ?? named.policy);
    const problems = set?.problems ?? drawn;
    const folder = output ?? path.join('runs', set?.name ?? '');
    await tensor.selectBackend('auto');
    const policy = await loadPolicy(named.policy, sourceHooks(context));
    const languages = languagesOf(problems);
    const judge = await openCommandJudge(input, context, { languages }, judgePlace).catch(
      (error: unknown) => {
        policy.dispose();
        throw error;
      },
    );
    try {
      if (named.adapter !== undefined) await loadAdapter(policy, named.adapter);
      const candidates = await collectCandidates({
        policy,
        problems,
        judge,
        folder,
        ...(set !== null && { run: set.name }),
        numGenerations,
        chunkSize,
        seed,
        settings: { ...sampling, stop: task.stop },
        rewards,
        signal: context.signal,
        onProgress: ({ problems: done, total, rollouts }) => {
          if (!context.json) context.note(`${done} of ${total} problems, ${rollouts} completions`);
        },
      });
      const { candidatesFile, annotatedFile, rollouts, resumed } = candidates;
      const outcomes = countOutcomes(rollouts);
      return {
        value: {
          task: task.name,
          ...(set !== null && { set: set.name }),
          split,
          problems: problems.length,
          rollouts: rollouts.length,
          resumed,
          outcomes,
          files: [candidatesFile, annotatedFile],
        },
        lines: [
          line(
            span(path.relative('.', annotatedFile), 'title'),
            `  ${rollouts.length} completions`,
          ),
          line(
            Object.entries(outcomes)
              .map(([outcome, many]) => `${many} ${outcome}`)
              .join(', '),
          ),
          ...(resumed > 0 ? [line(span(`${resumed} of them were there already`, 'dim'))] : []),
          line(span(`  build sets of them: rlsf tasks build --candidates ${folder}`, 'dim')),
        ],
      };
    } finally {
      policy.dispose();
      await judge.close();
    }
  },
};

function countOutcomes(rollouts: readonly Rollout[]): Partial<Record<Outcome, number>> {
  const counts: Partial<Record<Outcome, number>> = {};
  for (const { verdict } of rollouts)
    if (verdict) counts[verdict.outcome] = (counts[verdict.outcome] ?? 0) + 1;
  return counts;
}
