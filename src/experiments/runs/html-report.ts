import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Evaluation } from '../../evaluation/index.js';
import { compareEvaluations, formatDifference } from '../../evaluation/index.js';
import type { ReportPage, ReportPageSplit } from '../../plots/index.js';
import { findingsFigure, reportHtml, trainingCurves } from '../../plots/index.js';
import type { Config } from '../config/index.js';
import { configFromObject, methods } from '../config/index.js';
import { readJson, writeFileAtomically } from '../run/files.js';
import type { RunMetadata } from '../run/metadata.js';
import { describeHardware } from '../run/metadata.js';
import { readMetrics } from '../run/metrics-log.js';
import { readRunConfig } from '../run/read-run-config.js';
import type { Emit } from '../run/events.js';
import type { RunFolder } from '../run/run-folder.js';
import { runPaths } from '../run/run-paths.js';
import { intervalOptions, readEvaluations } from '../stages/evaluate.js';
import { findOneRun, type FoundRun } from './find-runs.js';
import { baselineFile } from './headline.js';
import { humanSize } from './human-size.js';
import { machineMarks, portableText, type MachineMarks } from './portable.js';
import { packRollouts, type PackOptions } from './pack-rollouts.js';
import { sizedEntries } from './sizes.js';

export interface HtmlReportOptions extends PackOptions {
  /** @default report.html in the run's folder */
  out?: string;
  /** The run is at its end though its status does not say so yet. @default false */
  isFinished?: boolean;
}

/**
 * Writes report.html of a run from what its folder holds now, finished or not. Paths and secrets of this
 * machine are taken out, so that the page can be handed on. @returns the file
 */
export async function writeHtmlReport(
  name: string,
  outputDir: string,
  options: HtmlReportOptions = {},
): Promise<string> {
  const run = await findOneRun(name, outputDir);
  const file = options.out ?? runPaths(run.folder).reportHtml;
  await writeFileAtomically(file, await reportHtml(await reportPage(run, options)));
  return file;
}

/**
 * report.html at the end of a training. All else is saved by then: a page that cannot be made is no
 * reason to fail. @returns the file, `null` where there is none
 */
export async function writeRunPage(run: RunFolder, emit: Emit): Promise<string | null> {
  try {
    return await writeHtmlReport(run.folder, path.dirname(run.folder), { isFinished: true });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `No report.html: ${why} Make it later: rlsf report ${run.folder}`;
    emit({ type: 'warning', message });
    return null;
  }
}

async function reportPage(run: FoundRun, options: HtmlReportOptions): Promise<ReportPage> {
  const { folder } = run;
  const paths = runPaths(folder);
  const marks = machineMarks(folder);
  const { config, notes } = existsSync(paths.config)
    ? await readRunConfig(paths.config)
    : { config: configFromObject({}), notes: [] };
  const metadata = existsSync(paths.metadata)
    ? ((await readJson(paths.metadata)) as RunMetadata)
    : null;
  const splits = await splitsOf(folder, config);
  const metrics = await readMetrics(paths.metrics);
  const relative = path.relative(process.cwd(), folder);
  const place =
    relative.startsWith('..') || path.isAbsolute(relative)
      ? path.basename(folder)
      : relative || '.';
  const packed = packRollouts(paths.rollouts, place, marks, options);
  return {
    run: path.basename(folder),
    place,
    state: stateText(run, options),
    summary: summaryOf(splits[0]),
    facts: factsOf(run, config, metadata, notes).map(([title, text]) => [
      title,
      portableText(text, marks),
    ]),
    splits,
    curves: metrics.length > 0 ? trainingCurves(metrics, { title: ' ' }) : null,
    findings: packed === null ? null : findingsFigure(packed.findings),
    grid: packed?.grid ?? null,
    files: await filesOf(folder, marks),
  };
}

const splitTitles: Readonly<Record<string, string>> = {
  held_out: 'Held-out problems',
  held_out_families: 'Families held out whole',
};

/** The splits that were measured, each side from where it is. */
async function splitsOf(folder: string, config: Config): Promise<ReportPageSplit[]> {
  const read = async (file: string): Promise<Record<string, Evaluation>> =>
    existsSync(file) ? readEvaluations(file) : {};
  const before = await read(baselineFile(folder));
  const after = await read(runPaths(folder).evaluation('after'));
  const names = [...new Set([...Object.keys(after), ...Object.keys(before)])];
  return names.map((split) => {
    const sides = { before: before[split] ?? null, after: after[split] ?? null };
    const isPaired = sides.before !== null && sides.after !== null;
    return {
      title: splitTitles[split] ?? split,
      ...sides,
      comparison: isPaired
        ? compareEvaluations(before[split], after[split], intervalOptions(config))
        : null,
    };
  });
}

function summaryOf(main: ReportPageSplit | undefined): string | null {
  if (!main) return null;
  const { before, after, comparison, title } = main;
  const rate = 'fully_clean_rate';
  const n = `of ${(after ?? before)?.rows.length ?? 0} problems (${title.toLowerCase()})`;
  if (comparison === null) {
    const value = (after ?? before)?.rates[rate].value ?? NaN;
    return `Fully clean: ${(value * 100).toFixed(1)} % ${n}, measured ${after ? 'after' : 'before'} training only.`;
  }
  const change = comparison[rate];
  const said =
    change.low > 0
      ? '▲ The policy got better'
      : change.high < 0
        ? '▼ The policy got worse'
        : '· No change beyond chance';
  return `${said}: fully clean completions changed by ${formatDifference(change)} percentage points, ${n}.`;
}

function stateText(
  { state, status, problem }: FoundRun,
  { isFinished }: HtmlReportOptions,
): string {
  if (isFinished || state === 'finished') return 'finished';
  const step = `after step ${status?.step ?? 0} of ${status?.maxSteps ?? '?'}`;
  if (state === 'running')
    return `This run is still going on, ${step}: the page shows what is there so far.`;
  if (state === 'failed') return `This run failed ${step}: ${status?.error ?? ''}`;
  if (state === 'unreadable') return `The status of this run cannot be read: ${problem ?? ''}`;
  return `This run was stopped ${step}: the page shows what is there.`;
}

function factsOf(
  { status }: FoundRun,
  config: Config,
  metadata: RunMetadata | null,
  notes: readonly string[],
): [string, string][] {
  const method = methods.find((one) => one === status?.kind) ?? 'grpo';
  const scheme = config.reward.token_scheme;
  const { policy, task, sampling } = config;
  const options = config[method];
  return [
    ['kind', `${status?.kind ?? '?'}, ${status?.step ?? 0} of ${status?.maxSteps ?? '?'} steps`],
    [
      'policy',
      `${policy.model_name_or_path ?? 'none'}, ${policy.use_peft ? `LoRA r=${policy.lora_r}` : 'all weights'}`,
    ],
    [
      'task',
      task.name === null
        ? (config.dataset.path ?? 'none')
        : `${task.name}, ${task.train_problems} training problems`,
    ],
    ['learning rate', `${options.learning_rate}, ${options.lr_scheduler_type}`],
    [
      'feedback',
      `${scheme.name}${scheme.name === 'span_penalty' ? `, lambda ${scheme.lambda}` : ''}${config.reward.shuffle ? ', shuffled (control run)' : ''}`,
    ],
    [
      'sampling',
      `temperature ${sampling.temperature}, at most ${sampling.max_completion_length} tokens`,
    ],
    ['seed', String(config.run.seed)],
    ...(metadata === null
      ? []
      : ([
          ['machine', describeHardware(metadata.hardware)],
          [
            'toolchain',
            metadata.toolchain === null
              ? 'none'
              : `${metadata.toolchain}, isolation ${metadata.isolation ?? '?'}`,
          ],
          [
            'versions',
            Object.entries(metadata.versions)
              .map(([name, version]) => `${name} ${version}`)
              .join(', '),
          ],
          ...metadata.sessions.map(({ started, ended, fromStep, toStep }): [string, string] => [
            'session',
            ended === null
              ? `${started}, from step ${fromStep}`
              : `${started} to ${ended}, steps ${fromStep} to ${toStep ?? '?'}`,
          ]),
        ] satisfies [string, string][])),
    ...notes.map((note): [string, string] => ['older options', note]),
  ];
}

async function filesOf(folder: string, marks: MachineMarks): Promise<[string, string][]> {
  return (await sizedEntries(folder))
    .filter(({ name }) => !/\.partial$|^report\.html$/.test(name))
    .map(({ name, bytes }) => [portableText(name, marks), humanSize(bytes)]);
}
