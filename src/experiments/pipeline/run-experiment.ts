import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify as stringifyYaml } from 'yaml';
import type { Config } from '../config/index.js';
import type { BeforeAfter, Emit } from '../run/events.js';
import { writeFileAtomically } from '../run/files.js';
import { thisProcess } from '../run/process-identity.js';
import type { RunOptions } from '../run/active-run.js';
import { duration } from '../study/index.js';
import { analyzeStage } from './analyze.js';
import { keepAside } from './aside.js';
import { baselineStage, testAfterStage } from './measure.js';
import { mergeStage } from './merge.js';
import type { Decision, ExperimentOptions, ExperimentWorld } from './plan.js';
import { checkNeeds, decide, openWorld, staleWarnings } from './plan.js';
import type { StageRecord } from './record.js';
import { hashesOf, readRecords, writeRecord } from './record.js';
import { reportStage } from './report.js';
import { rlBuildStage } from './rl-build.js';
import type { ExperimentStage } from './stages.js';
import { artifactsOf } from './stages.js';
import { redoCandidates, redoOf, trainGenStage } from './train-gen.js';
import { onlineGrpoStage, trainAllStage } from './training.js';
import type { StageOutcome, StageWork } from './work.js';
import { stageClock, stageEmit } from './work.js';

export interface ExperimentResult {
  status: 'finished' | 'interrupted';
  name: string;
  folder: string;
  /** What became of each stage of the call. */
  stages: { stage: ExperimentStage; action: 'made' | 'unchanged' }[];
  /** The page, where it was written in this call. */
  report: string | null;
}

const bodies: Readonly<Record<ExperimentStage, (work: StageWork) => Promise<StageOutcome>>> = {
  baseline: baselineStage,
  train_gen: trainGenStage,
  rl_build: rlBuildStage,
  train_all: trainAllStage,
  online_grpo: onlineGrpoStage,
  merge: mergeStage,
  test_after: testAfterStage,
  analyze: analyzeStage,
  report: reportStage,
};

/**
 * Runs the stages of an experiment in its folder. A stage whose options and inputs are those that it was
 * made from is left alone; one that was stopped goes on; one whose inputs have changed is made again, what
 * it had left kept in `earlier/`. The signal stops it at any moment. An error ends it there, and what the
 * stages before have made stands.
 */
export async function runExperiment(
  config: Config,
  options: ExperimentOptions & Pick<RunOptions, 'signal' | 'emit'> = {},
): Promise<ExperimentResult> {
  const { signal = new AbortController().signal, emit = () => undefined } = options;
  const started = Date.now();
  const world = await openWorld(config, options);
  const { name, folder, stages } = world;
  const records = await readRecords(folder);
  checkNeeds(world, records);
  for (const message of await staleWarnings(world, records)) emit({ type: 'warning', message });
  await writeConfig(world);
  const result: ExperimentResult = { status: 'finished', name, folder, stages: [], report: null };
  const told = new Set<string>();
  let table: BeforeAfter[] = [];
  let plots: string[] = [];
  for (const [index, stage] of stages.entries()) {
    if (signal.aborted) return stopped(result, emit);
    const decision = await decide(stage, world, await readRecords(folder));
    if (decision.action === 'unchanged') {
      emit({ type: 'note', message: `${stage}: unchanged since ${clockTime(decision.since)}` });
      result.stages.push({ stage, action: 'unchanged' });
      continue;
    }
    const place = { index: index + 1, count: stages.length, name, folder };
    const own = stageEmit(stage, place, told, emit);
    const outcome = await runStage(decision, world, { emit: own, signal });
    if (outcome === null) return stopped(result, emit);
    const { facts, seconds } = outcome;
    emit({ type: 'note', message: `${stage}: ${facts.what}, in ${duration(seconds)}` });
    result.stages.push({ stage, action: 'made' });
    if (stage === 'report') result.report = path.join(folder, 'report.md');
    table = outcome.table ?? table;
    plots = outcome.plots ?? plots;
  }
  const paths = { folder, plots, ...(result.report === null ? {} : { report: result.report }) };
  emit({ type: 'finished', run: name, table, paths, elapsedMs: Date.now() - started });
  return result;
}

function stopped(result: ExperimentResult, emit: Emit): ExperimentResult {
  const message = `Stopped. What is done is kept in ${result.folder}; the same command goes on from there.`;
  emit({ type: 'note', message });
  return { ...result, status: 'interrupted' };
}

/** @returns `null` where the signal stopped it */
async function runStage(
  decision: Decision,
  { config, name, folder, stages }: ExperimentWorld,
  { emit, signal }: Required<Pick<RunOptions, 'emit' | 'signal'>>,
): Promise<(StageOutcome & { seconds: number }) | null> {
  const { stage, inputs, action } = decision;
  if (action === 'again') await makeWay(decision, { config, name, folder, emit });
  const records = await readRecords(folder);
  const before = records[stage];
  const earlier = action === 'resume' ? (before?.seconds ?? 0) : 0;
  const begun = Date.now();
  const record: StageRecord = {
    state: 'running',
    inputs,
    outputs: {},
    facts: {},
    started: (action === 'resume' ? before?.started : undefined) ?? new Date(begun).toISOString(),
    ended: null,
    seconds: earlier,
    order: before?.order ?? 0,
    process: await thisProcess(),
  };
  await writeRecord(folder, stage, record);
  const clock = stageClock(emit);
  const ended = (): Pick<StageRecord, 'ended' | 'seconds'> => ({
    ended: new Date().toISOString(),
    seconds: earlier + (Date.now() - begun) / 1000,
  });
  try {
    const outcome = await bodies[stage]({
      ...{ stage, config, name, folder, records, stages },
      ...{ clock, emit, signal },
    });
    const outputs = await hashesOf(folder, outcome.outputs);
    const order = 1 + Math.max(0, ...Object.values(records).map((other) => other.order));
    const done: StageRecord = {
      ...record,
      ...ended(),
      ...{ state: 'finished', outputs, facts: outcome.facts, order },
    };
    await writeRecord(folder, stage, done);
    return { ...outcome, seconds: done.seconds };
  } catch (error) {
    if (signal.aborted) {
      await writeRecord(folder, stage, { ...record, ...ended(), state: 'interrupted' });
      return null;
    }
    const message = error instanceof Error ? error.message : String(error);
    await writeRecord(folder, stage, { ...record, ...ended(), state: 'failed', error: message });
    throw error;
  }
}

/** Keeps aside what is to be made again, and says why. */
async function makeWay(
  { stage, reasons }: Decision,
  { config, name, folder, emit }: { config: Config; name: string; folder: string; emit: Emit },
): Promise<void> {
  const own = [`${name}_summary.json`, `${name}_summary.md`];
  const artifacts = [...artifactsOf[stage], ...(stage === 'report' ? own : [])];
  const redo = stage === 'train_gen' ? redoOf(reasons) : 'draw';
  const aside =
    stage === 'train_gen'
      ? await redoCandidates({ config, folder }, redo)
      : await keepAside(folder, stage, artifacts);
  const again = { draw: 'made', judge: 'judged', score: 'scored' }[redo];
  const kept = aside === null ? '' : `; what was there is kept in ${path.relative(folder, aside)}/`;
  const message = `${stage}: ${again} again (${reasons.join(', ')})${kept}`;
  emit({ type: 'note', message });
}

/** The config as resolved; left alone where it is the same. */
async function writeConfig({ folder, config }: ExperimentWorld): Promise<void> {
  const file = path.join(folder, 'config.yaml');
  const text = `# The config of the last call as resolved: defaults, file, environment and --set together.\n${stringifyYaml(config)}`;
  await mkdir(folder, { recursive: true });
  const there = await readFile(file, 'utf8').catch(() => '');
  if (there !== text) await writeFileAtomically(file, text);
}

/** `22:14`, with the date where it is not today's. */
function clockTime(iso: string | null): string {
  if (iso === null) return 'an earlier call';
  const at = new Date(iso);
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  if (at.toDateString() === new Date().toDateString()) return time;
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`;
}
