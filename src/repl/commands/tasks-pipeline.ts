import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inputError, usageError } from '../../errors.js';
import type { Outcome } from '../../records.js';
import type { ExampleSource, PipelineStage, RewardTools } from '../../datasets/index.js';
import { shipped, shippedPolicy } from '../../session/shipped.js';
import { nearest } from '../nearest.js';
import { pipelineLines } from '../views/pipeline-view.js';
import type { Command, CommandContext, CommandInput } from './command.js';
import { listOption, textOption, wholeOption } from './command.js';
import { judgePlaceOptions, openCommandJudge } from './judge-place.js';
import { sourceHooks } from './source-hooks.js';
import { openTaskOption, taskOptions } from './tasks-options.js';

export const tasksPipelineCommand: Command = {
  name: 'tasks pipeline',
  summary:
    'chosen and rejected programs through the whole path: sources, feedback, token rewards, pairs',
  options: [
    {
      flags: '--examples <folder>',
      summary: 'examples, a folder each (default: data/examples, unless --task is given)',
    },
    { flags: '--task <name>', summary: 'problems of a C++ task: reference against a corruption' },
    { flags: '-n, --n <count>', summary: 'how many of them (default: 20)' },
    { flags: '--split <split>', summary: 'which split (default: the first)' },
    { flags: '--seed <seed>', summary: 'of problems and corruptions (default: 0)' },
    { flags: '--output <folder>', summary: 'where the files go (default: runs/pipeline)' },
    {
      flags: '--only <stage...>',
      summary: 'stages to run: examples, compiled, rewards, dataset (default: all)',
      many: true,
    },
    {
      flags: '--tokenizer <policy>',
      summary: `whose tokens are rewarded, a folder or Hub id (default: ${shippedPolicy})`,
    },
    {
      flags: '--reward <outcome=score...>',
      summary: 'scores in place of the default ones, e.g. --reward warning=0.8 timeout=0.1',
      many: true,
    },
    ...taskOptions,
    ...judgePlaceOptions,
  ],
  examples: [
    'rlsf tasks pipeline',
    'rlsf tasks pipeline --examples my-examples --output runs/mine',
    'rlsf tasks pipeline --task cpp -n 20 --output runs/cpp-pipeline',
    'rlsf tasks pipeline --only rewards dataset --reward warning=0.8',
  ],
  async run(input, context) {
    const { runPipeline, pipelineStages } = await import('../../datasets/index.js');
    const only = stagesOf(input, pipelineStages);
    const output = textOption(input, 'output') ?? path.join('runs', 'pipeline');
    const scores = scoresOf(listOption(input, 'reward'));
    const source = only.includes('examples') ? await sourceOf(input, context) : undefined;
    const result = await runPipeline({
      output,
      only,
      source,
      signal: context.signal,
      openJudge: (options) => openCommandJudge(input, context, options),
      rewardTools: () => rewardToolsOf(input, context, scores),
      onProgress: progress(context),
    });
    const rows = result.rows.map(({ compiled, rewarded }) => ({
      name: compiled.name,
      kind: compiled.kind,
      outcome: compiled.rejected.outcome,
      difference: compiled.chosen.difference ?? compiled.rejected.difference,
      rewards: [rewarded.chosen.reward, rewarded.rejected.reward],
    }));
    return {
      value: { output, stages: result.stages, examples: rows },
      lines: pipelineLines(result),
      exitCode: rows.every(({ difference }) => difference === null) ? 0 : 1,
    };
  },
};

function stagesOf(input: CommandInput, known: readonly PipelineStage[]): PipelineStage[] {
  const given = listOption(input, 'only');
  const unknown = given.find((name) => !known.some((stage) => stage === name));
  if (unknown !== undefined)
    throw usageError(
      `rlsf tasks pipeline: --only: expected stages of ${known.join(', ')}, got '${unknown}'. Did you mean '${nearest(unknown, known)}'?`,
    );
  return given.length === 0 ? [...known] : known.filter((stage) => given.includes(stage));
}

async function sourceOf(input: CommandInput, context: CommandContext): Promise<ExampleSource> {
  const { allExamples, generatedExamples, handMadeExamples } =
    await import('../../datasets/index.js');
  const [folder, name] = [textOption(input, 'examples'), textOption(input, 'task')];
  const sources: ExampleSource[] = [];
  if (folder !== undefined || name === undefined)
    sources.push(handMadeExamples(folder ?? shipped('data/examples')));
  if (name !== undefined) {
    const task = await openTaskOption(input, context, name);
    const split = textOption(input, 'split') ?? task.splits[0];
    const seed = wholeOption(input, 'seed', 0);
    const problems = task.problems({ split, n: wholeOption(input, 'n', 20, 1), seed });
    const other = problems.find(({ language }) => language !== 'cpp');
    if (other !== undefined)
      throw inputError(
        `rlsf tasks pipeline: --task: expected a task in C++, whose references can be corrupted, but ${other.id} is in ${other.language}.`,
      );
    sources.push(generatedExamples(task.name, problems, { seed }));
  }
  return allExamples(sources);
}

/** The default curriculum, with scores of the command line. */
async function rewardToolsOf(
  input: CommandInput,
  context: CommandContext,
  scores: Partial<Record<Outcome, number>>,
): Promise<Omit<RewardTools, 'onProgress'>> {
  const { loadTokenizer, tokenizerFolder } = await import('../../policy/index.js');
  const { sanitizerCurriculum } = await import('../../rewards/index.js');
  const { sha256OfText } = await import('../../experiments/run/files.js');
  const name = textOption(input, 'tokenizer') ?? shippedPolicy;
  const { folder } = await tokenizerFolder(shipped(name), sourceHooks(context));
  const file = path.join(folder, 'tokenizer.json');
  return {
    tokenizer: await loadTokenizer(folder),
    tokenizerName: name,
    tokenizerHash: existsSync(file) ? sha256OfText(readFileSync(file, 'utf8')) : folder,
    rewards: [sanitizerCurriculum({ scores })],
    rewardSettings: ['sanitizer_curriculum', scores],
  };
}

function scoresOf(given: readonly string[]): Partial<Record<Outcome, number>> {
  const known: Outcome[] = [
    ...(['clean', 'warning', 'wrong_answer', 'runtime_error', 'timeout'] as const),
    ...(['memory_limit', 'output_limit', 'compile_error', 'no_answer'] as const),
  ];
  return Object.fromEntries(
    given.map((one) => {
      const [, name = '', number = ''] = /^([^=]*)=(.*)$/.exec(one) ?? [];
      const outcome = known.find((each) => each === name);
      const score = Number(number);
      if (outcome !== undefined && number.trim() !== '' && Number.isFinite(score))
        return [outcome, score];
      throw usageError(
        `rlsf tasks pipeline: --reward: expected outcome=score with an outcome of ${known.join(', ')} and a number, got '${one}'.`,
      );
    }),
  );
}

/** A line whenever a stage has got a quarter further. */
function progress(
  context: CommandContext,
): (stage: PipelineStage, done: number, total: number) => void {
  const told = new Map<PipelineStage, number>();
  return (stage, done, total) => {
    const quarter = total === 0 ? 4 : Math.floor((4 * done) / total);
    if (context.json || quarter <= (told.get(stage) ?? 0)) return;
    told.set(stage, quarter);
    context.note(`${stage}: ${done} of ${total}`);
  };
}
