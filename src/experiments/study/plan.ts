/** What a study has to do: its runs in order, which are done, which go on, how long they take. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { inputError, usageError } from '../../errors.js';
import type { Config } from '../config/index.js';
import { sha256OfFile } from '../run/files.js';
import type { RunSummary } from '../run/find-run.js';
import type { TrainingKind } from '../run/run-status.js';
import { listRuns } from '../run/find-run.js';
import type { Arm } from './arms.js';
import { armConfig, studyArms, untrainedConfig } from './arms.js';
import { expectedSeconds } from './estimate.js';
import type { Inputs } from './fingerprint.js';
import { changedOptions, decisiveOptions, differences, inputsOf } from './fingerprint.js';
import type { Manifest, StartedRun } from './manifest.js';
import { readManifest } from './manifest.js';
import type { PlannedRun } from './planned-run.js';

export interface StudyOptions {
  /** Arms to run; the report is of all that is finished. @default all */
  only?: readonly string[];
  /** Seeds to run. @default all */
  seeds?: readonly number[];
}

export interface StudyPlan {
  name: string;
  folder: string;
  arms: Arm[];
  seeds: readonly number[];
  /** The baseline, then seed by seed the candidates and the arms. */
  runs: PlannedRun[];
  inputs: Required<Omit<Inputs, 'candidates'>>;
  /** Where the times come from, in a sentence. */
  basis: string;
}

/**
 * The runs of a study and how far they are.
 * @throws where a folder holds a run that was made with other options or data
 */
export async function planStudy(config: Config, options: StudyOptions = {}): Promise<StudyPlan> {
  const { folder, name } = studyFolder(config);
  const all = studyArms(config);
  const { only, seeds = config.study.seeds } = options;
  checkChoice(
    '--only',
    only ?? [],
    all.map((arm) => arm.name),
  );
  checkChoice('--seeds', seeds, config.study.seeds);
  const arms = all.filter((arm) => only?.includes(arm.name) ?? true);
  const inputs = await inputsOf(config);
  const manifest = await readManifest(folder);

  const planned: PlannedRun[] = [];
  const add = async (kind: TrainingKind, seed: number | null, arm: Arm | null): Promise<void> => {
    const own =
      arm && seed !== null ? armConfig(arm, seed, folder) : untrainedConfig(config, seed, folder);
    const at = path.join(own.run.output_dir, own.run.name ?? '');
    const run = { id: path.relative(folder, at), folder: at, kind, seed, arm, config: own };
    const found = await runIn(at);
    const state = await stateOf(run, found, { manifest, inputs });
    const { step = 0, maxSteps = 0 } = found?.status ?? {};
    planned.push({ ...run, state, step, maxSteps, seconds: 0 });
  };
  await add('base', null, null);
  for (const seed of config.study.seeds.filter((one) => seeds.includes(one))) {
    if (arms.some(({ source }) => source === 'candidates')) await add('candidates', seed, null);
    for (const arm of arms) await add(arm.method, seed, arm);
  }
  const { basis, secondsOf } = await expectedSeconds(planned);
  const runs = planned.map((run) => ({ ...run, seconds: secondsOf(run) }));
  return { name, folder, arms: all, seeds: config.study.seeds, runs, inputs, basis };
}

/** `<run.output_dir>/<name of the config file>`, or `run.name` where it is given. */
export function studyFolder({ run }: Config): { folder: string; name: string } {
  const name = run.name ?? run.name_prefix ?? 'study';
  return { folder: path.join(run.output_dir, name), name };
}

/** What a run is started with, for the manifest. */
export async function startedRun(
  { kind, config, arm }: Pick<PlannedRun, 'kind' | 'config' | 'arm'>,
  inputs: StudyPlan['inputs'],
): Promise<StartedRun> {
  const options = decisiveOptions(kind, config);
  const { policy, train, heldOut } = inputs;
  const file = path.join(config.dataset.candidates.path ?? '', 'candidates_annotated.jsonl');
  const own: Inputs =
    kind === 'base'
      ? { policy, heldOut }
      : kind === 'candidates'
        ? { policy, train }
        : {
            ...inputs,
            ...(arm?.source === 'candidates' && existsSync(file)
              ? { candidates: await sha256OfFile(file) }
              : {}),
          };
  return { options, inputs: own };
}

async function stateOf(
  run: Pick<PlannedRun, 'id' | 'kind' | 'config' | 'arm' | 'folder'>,
  found: RunSummary | null,
  { manifest, inputs }: { manifest: Manifest; inputs: StudyPlan['inputs'] },
): Promise<PlannedRun['state']> {
  if (found === null) return 'new';
  const wanted = await startedRun(run, inputs);
  const known = manifest[run.id];
  const changed = known ? changes(run.kind, known, wanted) : [];
  if (!known || changed.length > 0) {
    throw inputError(
      `${run.folder}: expected a run of this study, but ${known ? `it was made with others: ${changed.join(', ')}` : 'the study’s record (study.json) does not know it'}. Remove that folder to make the run again, or give the study another name (--run-name).`,
    );
  }
  const { status, interrupted } = found;
  if (status.state === 'finished') return 'finished';
  return interrupted || status.state === 'failed' ? 'interrupted' : 'running';
}

function changes(kind: TrainingKind, there: StartedRun, here: StartedRun): string[] {
  return [
    ...changedOptions(kind, there.options, here.options),
    ...differences({ ...there.inputs }, { ...here.inputs }).map((name) => `the data (${name})`),
  ];
}

async function runIn(folder: string): Promise<RunSummary | null> {
  const runs = await listRuns(path.dirname(folder));
  return runs.find((run) => run.folder === folder) ?? null;
}

function checkChoice<T extends string | number>(
  flag: string,
  chosen: readonly T[],
  known: readonly T[],
): void {
  const strange = chosen.find((one) => !known.includes(one));
  if (strange === undefined) return;
  throw usageError(
    `rlsf study: ${flag} expects some of ${known.join(', ')}, got ${strange}. The config file has the list.`,
  );
}
