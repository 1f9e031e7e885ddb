import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { inputError, isRlsfError } from '../../errors.js';
import type { Config } from '../config/index.js';
import type { Emit, TourEvent } from '../run/events.js';
import type { RunOptions, RunResult } from '../run/active-run.js';
import { readRunEvaluations } from '../stages/evaluate.js';
import { train } from '../train.js';
import { noteStarted } from './manifest.js';
import type { StudyOptions, StudyPlan } from './plan.js';
import type { PlannedRun } from './planned-run.js';
import { planStudy, startedRun } from './plan.js';
import { rateTitles, ratesIn, studyRate } from './rates.js';
import type { StudySummary } from './summary.js';
import { runBase, runCandidates } from './untrained.js';
import { writeStudyReport } from './write-report.js';

export interface StudyResult {
  /** `failed`: some runs failed, the others are done. */
  status: 'finished' | 'interrupted' | 'failed';
  run: string;
  folder: string;
  /** `null` where there is nothing to report yet. */
  report: string | null;
  summary: StudySummary | null;
}

/**
 * Compares methods over seeds: measures the untrained policy once, draws each seed's candidates once,
 * trains every arm and measures it on the same problems with the same luck, and reports. What is
 * finished is left alone, what was interrupted goes on; the signal stops it inside a run or between
 * two. A run that fails does not stop the others.
 */
export async function runStudy(
  config: Config,
  options: StudyOptions & Pick<RunOptions, 'signal' | 'emit'> = {},
): Promise<StudyResult> {
  const { signal = new AbortController().signal, emit = () => undefined } = options;
  const started = Date.now();
  const plan = await planStudy(config, options);
  const { name: run, folder } = plan;
  const busy = plan.runs.find(({ state }) => state === 'running');
  if (busy) {
    throw inputError(
      `${busy.folder}: expected a study that nobody works on, but a process does. Wait for it or stop it.`,
    );
  }
  emit({ type: 'note', message: describePlan(plan) });
  const failed: string[] = [];
  for (const [index, planned] of plan.runs.entries()) {
    if (planned.state === 'finished') continue;
    if (signal.aborted) break;
    const place = { index: index + 1, count: plan.runs.length, isFirst: index === 0 };
    try {
      const { status } = await runOne(planned, plan, {
        signal,
        emit: within(planned, place, emit),
      });
      if (status === 'interrupted') break;
      emit({ type: 'note', message: await describeDone(planned, plan, index, started) });
    } catch (error) {
      // Without candidates or a compiler the other runs would fail alike.
      const isAll = planned.arm === null || (isRlsfError(error) && error.tag === 'environment');
      if (isAll || !isRlsfError(error)) throw error;
      failed.push(planned.id);
      emit({ type: 'warning', message: `${title(planned)} failed: ${error.message}` });
    }
  }
  const isStopped = signal.aborted;
  if (isStopped) {
    const message = `Stopped. What is done is kept in ${folder}; the same command goes on from there.`;
    emit({ type: 'note', message });
    return { status: 'interrupted', run, folder, report: null, summary: null };
  }
  const { report, summary, plots } = await writeStudyReport(config, { emit });
  const paths = { folder, report, plots };
  emit({ type: 'finished', run, table: [], paths, elapsedMs: Date.now() - started });
  if (failed.length > 0) {
    const message = `${failed.length} of ${plan.runs.length} runs failed: ${failed.join(', ')}. The same command tries them again.`;
    emit({ type: 'warning', message });
  }
  return { status: failed.length > 0 ? 'failed' : 'finished', run, folder, report, summary };
}

/** `Study tour: …`, in a sentence or two. */
export function describePlan({ name, arms, seeds, runs, folder }: StudyPlan): string {
  const open = runs.filter(({ state }) => state !== 'finished');
  const seconds = open.reduce((sum, run) => sum + run.seconds, 0);
  const left =
    open.length === 0
      ? 'all of them finished'
      : open.length === runs.length
        ? `about ${duration(seconds)}`
        : `${runs.length - open.length} finished, about ${duration(seconds)} for the others`;
  return `Study ${name}: ${arms.length} arms × ${seeds.length} seeds, ${runs.length} runs in ${folder}, ${left}.`;
}

async function runOne(
  planned: PlannedRun,
  plan: StudyPlan,
  hooks: Required<Pick<RunOptions, 'signal' | 'emit'>>,
): Promise<RunResult> {
  const { kind, config, arm, state, id, folder } = planned;
  if (state === 'new') await clearHalfMade(folder);
  await noteStarted(plan.folder, id, await startedRun(planned, plan.inputs));
  const options = { ...hooks, ...(state === 'interrupted' ? { resume: folder } : {}) };
  if (arm) return train(arm.method, config, options);
  return kind === 'base' ? runBase(config, options) : runCandidates(config, options);
}

/** A kill in the moment between making a run's folder and its status leaves one that nothing can take up. */
async function clearHalfMade(folder: string): Promise<void> {
  const names = existsSync(folder) ? await readdir(folder) : [];
  if (names.every((name) => name.startsWith('config.yaml') || name === 'status.json.partial')) {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A run's events as those of the study: its stages are named after it, its own ends are left out. */
function within(
  planned: PlannedRun,
  { index, count, isFirst }: { index: number; count: number; isFirst: boolean },
  emit: Emit,
): Emit {
  return (event: TourEvent) => {
    switch (event.type) {
      case 'stage':
        if (event.stage === 'load' || event.stage === 'report') return;
        emit({ ...event, title: `${title(planned)}: ${event.title}`, index, stages: count });
        return;
      case 'header':
        if (isFirst) emit(event);
        return;
      case 'evaluation':
      case 'finished':
      case 'interrupted':
        return;
      default:
        emit(event);
    }
  };
}

function title({ seed, arm, kind }: PlannedRun): string {
  if (seed === null) return 'Untrained policy';
  return `Seed ${seed}, ${arm?.name ?? kind}`;
}

/** One line of a finished run: its rate, its time, how many are left. */
async function describeDone(
  planned: PlannedRun,
  plan: StudyPlan,
  index: number,
  started: number,
): Promise<string> {
  const { arm, folder, kind } = planned;
  const left = plan.runs.slice(index + 1).filter(({ state }) => state !== 'finished');
  const seconds = left.reduce((sum, run) => sum + run.seconds, 0);
  const expected = plan.runs
    .slice(0, index + 1)
    .filter(({ state }) => state !== 'finished')
    .reduce((sum, run) => sum + run.seconds, 0);
  // The runs made now say how far the expectation is off.
  const pace = expected > 0 ? (Date.now() - started) / 1000 / expected : 1;
  const rest = left.length === 0 ? '' : `, about ${duration(seconds * pace)} left`;
  const counted = `${plan.runs.length - left.length} of ${plan.runs.length} runs${rest}`;
  if (kind === 'candidates') return `${title(planned)}: drawn and judged; ${counted}.`;
  const evaluations = await readRunEvaluations(folder, arm ? 'after' : 'before');
  const [main] = Object.values(evaluations);
  const [rate] = ratesIn(main);
  const values = main.rows.map((row) => studyRate(row, rate)).filter((value) => value !== null);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return `${title(planned)}: ${rateTitles[rate]} ${(mean * 100).toFixed(1)} % of ${main.rows.length} problems; ${counted}.`;
}

/** `40 s`, `12 min`, `3 h 05 min` */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}
