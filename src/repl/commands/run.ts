import type { Config } from '../../experiments/config/index.js';
import type { ExperimentPlan, PlannedStage } from '../../experiments/pipeline/index.js';
import { prepareNative } from '../prepare-native.js';
import type { StyledLine } from '../styled.js';
import { line, padEnd, padStart, span } from '../styled.js';
import type { Command, CommandContext, CommandInput, CommandResult } from './command.js';
import { configOptions, flagOption, textOption } from './command.js';
import { experimentConfig } from './experiment.js';

export const runCommand: Command = {
  name: 'run',
  summary: 'an experiment in stages, from baseline to report; what is unchanged is skipped',
  options: [
    ...configOptions,
    {
      flags: '--only <stages>',
      summary:
        'these of baseline, train_gen, rl_build, train_all, online_grpo, merge, test_after, analyze, report (default: the config’s pipeline.stages)',
    },
    { flags: '--run-name <name>', summary: 'name of the experiment and of its folder' },
    { flags: '--force <stages>', summary: 'make these again, even where nothing has changed' },
    { flags: '--dry-run', summary: 'say what would be done, and what it takes' },
    { flags: '--plain', summary: 'plain lines instead of the live view' },
  ],
  examples: [
    'rlsf run --config configs/run-cpp-offline.yaml',
    'rlsf run --config configs/run-cpp-online.yaml --dry-run',
    'rlsf run --config configs/mbpp.json --only baseline,train_gen,rl_build,train_all,test_after',
  ],
  async run(input, context) {
    const config = await pipelineConfig(input, context);
    const { planExperiment, runExperiment } = await import('../../experiments/pipeline/index.js');
    const only = listed(input, 'only');
    const force = listed(input, 'force');
    const options = { ...(only ? { only } : {}), ...(force ? { force } : {}) };
    if (flagOption(input, 'dryRun')) {
      const { duration } = await import('../../experiments/study/index.js');
      const { formatBytes } = await import('../../experiments/pipeline/sizes.js');
      return dryRun(await planExperiment(config, options), { duration, formatBytes });
    }
    await prepareNative((text) => context.note(text));
    const { status } = await context.showRun((hooks) =>
      runExperiment(config, { ...options, ...hooks }),
    );
    return { value: undefined, lines: [], exitCode: status === 'finished' ? 0 : 130 };
  },
};

/** Options that every method has belong to the first method of train_all, which the file names. */
async function pipelineConfig(input: CommandInput, context: CommandContext): Promise<Config> {
  const options = { command: 'rlsf run', onNote: () => undefined };
  const { pipelineMethods } = await import('../../experiments/pipeline/index.js');
  const [method] = pipelineMethods(await experimentConfig(input, options));
  return experimentConfig(input, { ...options, method, onNote: (note) => context.note(note) });
}

function listed(input: CommandInput, name: string): string[] | undefined {
  return textOption(input, name)
    ?.split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

interface Formats {
  duration(seconds: number): string;
  formatBytes(bytes: number): string;
}

function dryRun(
  { name, folder, stages, basis, warnings }: ExperimentPlan,
  { duration, formatBytes }: Formats,
): CommandResult {
  const open = stages.filter(({ action }) => action !== 'unchanged' && action !== 'needs');
  const sum = (of: (stage: PlannedStage) => number): number =>
    open.reduce((all, stage) => all + of(stage), 0);
  const total = {
    seconds: sum(({ expected }) => expected.seconds),
    bytes: sum(({ expected }) => expected.bytes),
    sampled: sum(({ expected }) => expected.tokens.sampled),
    learned: sum(({ expected }) => expected.tokens.learned),
  };
  const rows = stages.map((stage): StyledLine => {
    const { action, expected } = stage;
    const isOpen = open.includes(stage);
    return line(
      `  ${padEnd(stage.stage, 12)}`,
      padStart(isOpen ? duration(expected.seconds) : '', 10),
      padStart(isOpen ? formatBytes(expected.bytes) : '', 9),
      padStart(isOpen ? tokens(expected.tokens.sampled + expected.tokens.learned) : '', 14),
      span(`  ${describe(stage)}`, action === 'needs' ? 'warn' : isOpen ? 'plain' : 'good'),
    );
  });
  const summary =
    open.length === 0
      ? 'nothing to do'
      : `${open.length} of ${stages.length} stages, about ${duration(total.seconds)}, ${formatBytes(total.bytes)}, ${tokens(total.sampled)} sampled, ${tokens(total.learned)} learned from`;
  return {
    value: { name, folder, total, basis, warnings, stages },
    lines: [
      line(span(`Experiment ${name} in ${folder}: ${summary}.`, 'title')),
      ...rows,
      ...warnings.map((text) => line(span(`! ${text}`, 'warn'))),
      line(span(`  Expected by ${basis}.`, 'dim')),
    ],
    exitCode: stages.some(({ action }) => action === 'needs') ? 1 : 0,
  };
}

function describe({ action, reasons, since, redo }: PlannedStage): string {
  switch (action) {
    case 'new':
      return 'would run';
    case 'again':
      return `would ${{ draw: 'run', judge: 'judge', score: 'score' }[redo]} again: ${reasons.join(', ')}`;
    case 'resume':
      return 'would go on where it was stopped';
    case 'unchanged':
      return `unchanged since ${since === null ? 'an earlier call' : new Date(since).toLocaleString('sv').slice(0, 16)}`;
    case 'needs':
      return `needs ${reasons.join(' and ')}`;
  }
}

function tokens(count: number): string {
  if (count < 1000) return `${Math.round(count)} tokens`;
  return count < 1e6
    ? `${Math.round(count / 1e3)} k tokens`
    : `${(count / 1e6).toFixed(1)} M tokens`;
}
