/** What a study has measured so far, read from its run folders. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { inputError } from '../../errors.js';
import type { Evaluation } from '../../evaluation/index.js';
import { readJson } from '../run/files.js';
import { describeHardware, type RunMetadata } from '../run/metadata.js';
import type { MetricsLogRow } from '../run/metrics-log.js';
import { readMetrics } from '../run/metrics-log.js';
import { runPaths } from '../run/run-paths.js';
import type { Evaluations } from '../stages/evaluate.js';
import { readRunEvaluations } from '../stages/evaluate.js';
import type { Arm } from './arms.js';
import { workedSeconds } from './estimate.js';
import type { StudyPlan } from './plan.js';

/** A finished run. */
export interface SeedResult {
  seed: number;
  /** By split, the main one first. */
  after: Evaluations;
  metrics: MetricsLogRow[];
  /** Judged completions, counted in its files. */
  samples: number;
  seconds: number | null;
}

export interface ArmResult {
  arm: Arm;
  runs: SeedResult[];
}

export interface StudyResults {
  name: string;
  base: { before: Evaluations; metrics: MetricsLogRow[]; seconds: number | null };
  arms: ArmResult[];
  /** Seconds of drawing the candidates, all seeds together. */
  candidateSeconds: number;
  /** Of each run that is not finished, its folder below the study's. */
  missing: string[];
  machines: string[];
  backends: string[];
  versions: string[];
}

/** @throws where the baseline is missing, or where arms were measured on other problems than it was */
export async function readResults(plan: StudyPlan): Promise<StudyResults> {
  const base = plan.runs.find(({ kind }) => kind === 'base');
  if (base?.state !== 'finished') {
    throw inputError(
      `${plan.folder}: expected at least the measurement of the untrained policy, but it is not finished. Run the study without --report first.`,
    );
  }
  const before = await readRunEvaluations(base.folder, 'before');
  const arms: ArmResult[] = [];
  for (const arm of plan.arms) {
    const runs: SeedResult[] = [];
    for (const run of plan.runs) {
      if (run.arm?.name !== arm.name || run.seed === null || run.state !== 'finished') continue;
      const after = await readRunEvaluations(run.folder, 'after');
      checkProblems(run.folder, before, after);
      runs.push({
        seed: run.seed,
        after,
        metrics: await readMetrics(runPaths(run.folder).metrics),
        samples: await samplesOf(arm, run.folder),
        seconds: await workedSeconds(run.folder),
      });
    }
    arms.push({ arm, runs });
  }
  const finished = plan.runs.filter(({ state }) => state === 'finished');
  const metadata = await Promise.all(
    finished.map(async ({ folder }) => (await readJson(runPaths(folder).metadata)) as RunMetadata),
  );
  const distinct = (of: (from: RunMetadata) => string): string[] => [...new Set(metadata.map(of))];
  const drawn = await Promise.all(
    finished.filter(({ kind }) => kind === 'candidates').map(({ folder }) => workedSeconds(folder)),
  );
  return {
    name: plan.name,
    base: {
      before,
      metrics: await readMetrics(runPaths(base.folder).metrics),
      seconds: await workedSeconds(base.folder),
    },
    arms,
    candidateSeconds: drawn.reduce<number>((sum, seconds) => sum + (seconds ?? 0), 0),
    missing: plan.runs.filter(({ state }) => state !== 'finished').map(({ id }) => id),
    machines: distinct(({ hardware }) => describeHardware(hardware)),
    backends: distinct(({ backend }) => describeBackend(backend)),
    versions: distinct(
      ({ versions, gitRevision }) =>
        `${versions['rlsf']} at ${gitRevision?.slice(0, 12) ?? 'an unknown revision'}`,
    ),
  };
}

/** The rates of all splits that follow are paired by problem: they must be the same ones. */
function checkProblems(folder: string, before: Evaluations, after: Evaluations): void {
  const idsOf = ({ rows }: Evaluation): string => rows.map(({ problemId }) => problemId).join();
  for (const [split, evaluation] of Object.entries(before)) {
    if (after[split] && idsOf(after[split]) === idsOf(evaluation)) continue;
    throw inputError(
      `${folder}: expected a measurement on the problems of ${split} that the untrained policy was measured on, got others. Remove that folder to make the run again.`,
    );
  }
}

/** Judged completions that a run learned from. */
async function samplesOf({ source }: Arm, folder: string): Promise<number> {
  if (source === 'none') return 0;
  const file =
    source === 'rollouts'
      ? runPaths(folder).rollouts
      : path.join(path.dirname(folder), 'candidates', 'candidates_annotated.jsonl');
  if (!existsSync(file)) return 0;
  return (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '').length;
}

function describeBackend(backend: unknown): string {
  const { name, threads } = backend as { name: string; threads: number };
  return `${name}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
}
