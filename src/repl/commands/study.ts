import { usageError } from '../../errors.js';
import type { Config } from '../../experiments/config/index.js';
import type { PlannedRun, StudyPlan } from '../../experiments/study/index.js';
import { prepareNative } from '../prepare-native.js';
import type { StyledLine } from '../styled.js';
import { line, padEnd, padStart, span } from '../styled.js';
import type { Command, CommandContext, CommandInput, CommandResult } from './command.js';
import { configOptions, dashed, flagOption, textOption } from './command.js';
import { experimentConfig } from './experiment.js';

export const studyCommand: Command = {
  name: 'study',
  summary: 'methods compared over several seeds, with intervals; goes on where it was stopped',
  options: [
    ...configOptions,
    { flags: '--run-name <name>', summary: 'name of the study and of its folder' },
    { flags: '--dry-run', summary: 'say what would be done and how long it may take' },
    { flags: '--only <arms>', summary: 'only these arms: dpo-token,dpo-scalar' },
    { flags: '--seeds <seeds>', summary: 'only these seeds: 1,2' },
    {
      flags: '--force',
      summary: 'begin anew; the old folder is kept as <name>.old-1',
    },
    { flags: '--report', summary: 'only write the report of what is finished' },
    { flags: '--plain', summary: 'plain lines instead of the live view' },
  ],
  examples: [
    'rlsf study --config configs/study-tour.yaml',
    'rlsf study --config configs/study-cpp.yaml --dry-run',
    'rlsf study --config configs/study-cpp.yaml --only grpo-token,grpo-scalar --seeds 1,2',
  ],
  async run(input, context) {
    const config = await experimentConfig(input, {
      command: 'rlsf study',
      onNote: (note) => context.note(note),
    });
    const { describePlan, planStudy, runStudy, writeStudyReport } =
      await import('../../experiments/study/index.js');
    const chosen = choice(input, config);
    if (flagOption(input, 'force')) await putAside(input, config, context);
    if (flagOption(input, 'report')) {
      const { report, summary, plots } = await writeStudyReport(config);
      return { value: summary, lines: [report, ...plots].map((file) => line(file)) };
    }
    const plan = await planStudy(config, chosen);
    if (flagOption(input, 'dryRun')) return dryRun(plan, describePlan(plan));
    await prepareNative((text) => context.note(text));
    const { status } = await context.showRun((hooks) => runStudy(config, { ...chosen, ...hooks }));
    return {
      value: undefined,
      lines: [],
      exitCode: { finished: 0, failed: 1, interrupted: 130 }[status],
    };
  },
};

/** Makes room for a study of the same name. */
async function putAside(
  input: CommandInput,
  config: Config,
  context: CommandContext,
): Promise<void> {
  const others = ['dryRun', 'report', 'only', 'seeds'].filter((name) => input.options[name]);
  if (others.length > 0)
    throw usageError(
      `rlsf study: --force begins the whole study anew and excludes --${dashed(others[0])}. Give one of them.`,
    );
  const { studyFolder } = await import('../../experiments/study/plan.js');
  const { setStudyAside } = await import('../../experiments/runs/index.js');
  const { folder } = studyFolder(config);
  const old = await setStudyAside(folder);
  if (old !== null) context.note(`The study that was ${folder} before is kept as ${old}.`);
}

function choice(input: CommandInput, config: Config): { only?: string[]; seeds?: number[] } {
  const only = listed(input, 'only');
  const seeds = listed(input, 'seeds')?.map((text) => {
    const seed = Number(text);
    if (Number.isInteger(seed)) return seed;
    throw usageError(
      `rlsf study: --seeds expects whole numbers with commas between them, such as ${config.study.seeds.join(',')}, got '${text}'.`,
    );
  });
  return { ...(only ? { only } : {}), ...(seeds ? { seeds } : {}) };
}

function listed(input: CommandInput, name: string): string[] | undefined {
  return textOption(input, name)
    ?.split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function dryRun({ runs, basis, folder }: StudyPlan, summary: string): CommandResult {
  const width = Math.max(...runs.map(({ id }) => id.length)) + 2;
  const state = (run: PlannedRun): string => {
    if (run.state === 'new') return '';
    if (run.state !== 'interrupted') return run.state;
    return `goes on after step ${run.step} of ${run.maxSteps}`;
  };
  const rows = runs.map((run): StyledLine => {
    const samples = run.arm?.samples ? `${run.arm.samples} samples` : '';
    return line(
      `  ${padEnd(run.id, width)}`,
      padEnd(run.arm?.method ?? '', 6),
      padStart(samples, 14),
      padStart(minutes(run.seconds), 10),
      span(`  ${state(run)}`, run.state === 'finished' ? 'good' : 'dim'),
    );
  });
  const open = runs.filter((run) => run.state !== 'finished');
  return {
    value: {
      folder,
      basis,
      seconds: open.reduce((sum, run) => sum + run.seconds, 0),
      runs: runs.map(({ id, kind, seed, arm, state: at, step, maxSteps, seconds }) => {
        return {
          id,
          kind,
          seed,
          samples: arm?.samples ?? null,
          state: at,
          step,
          maxSteps,
          seconds,
        };
      }),
    },
    lines: [line(span(summary, 'title')), ...rows, line(span(`  Times by ${basis}.`, 'dim'))],
  };
}

function minutes(seconds: number): string {
  return seconds < 60 ? `${Math.round(seconds)} s` : `${(seconds / 60).toFixed(1)} min`;
}
