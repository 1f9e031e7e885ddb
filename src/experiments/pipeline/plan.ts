/** What the stages of a call would do: which are made, which go on, which stand as they are. */
import { inputError, usageError } from '../../errors.js';
import type { Config } from '../config/index.js';
import { isAlive } from '../run/process-identity.js';
import { guess as costs } from '../study/estimate.js';
import type { Expected } from './estimate.js';
import { expectation } from './estimate.js';
import type { SharedInputs } from './inputs.js';
import { changedInputs, inputsOfStage, sharedInputs } from './inputs.js';
import type { ExperimentFolder, StageInputs, StageRecords } from './record.js';
import { changedOutput, experimentFolder, readRecords } from './record.js';
import type { ExperimentStage } from './stages.js';
import type { Redo } from './train-gen.js';
import { redoOf } from './train-gen.js';
import { checkPipelineConfig, chosenStages, needsOf, experimentStages } from './stages.js';

export interface ExperimentOptions {
  /** @default the config's `pipeline.stages` */
  only?: readonly string[];
  /** Made again even where nothing has changed. @default none */
  force?: readonly string[];
}

/** `new`: never made. `again`: what is there is kept aside first. `resume`: stopped in the middle. */
export type StageAction = 'new' | 'again' | 'resume' | 'unchanged' | 'needs';

export interface Decision {
  stage: ExperimentStage;
  action: StageAction;
  /** Why it is made again: options, files, `--force`; what it needs. */
  reasons: string[];
  inputs: StageInputs;
  /** Of an unchanged one, when it was made. */
  since: string | null;
}

export interface PlannedStage extends Omit<Decision, 'inputs'> {
  /** How much of train_gen is made again: all of it, the verdicts and scores, or the scores alone. */
  redo: Redo;
  /** What is expected, or, of an unchanged one, what it took. */
  expected: Expected;
}

export interface ExperimentPlan extends ExperimentFolder {
  stages: PlannedStage[];
  /** Where the expectations come from, in a sentence. */
  basis: string;
  /** What a reader should know of stages that are not in this call. */
  warnings: string[];
}

/** What decisions are made from. */
export interface ExperimentWorld extends ExperimentFolder {
  config: Config;
  stages: ExperimentStage[];
  forced: ExperimentStage[];
  shared: SharedInputs;
}

/** Checks what was asked for, and hashes what is read, before anything is run. */
export async function openWorld(
  config: Config,
  options: ExperimentOptions,
): Promise<ExperimentWorld> {
  checkPipelineConfig(config);
  const stages = chosenStages(options.only ?? config.pipeline.stages, '--only');
  const forced = chosenStages(options.force ?? [], '--force');
  const stray = forced.find((stage) => !stages.includes(stage));
  if (stages.length === 0 || stray !== undefined) {
    const got = stray ?? 'none';
    throw usageError(
      `rlsf run: --force expects some of the stages that are run (${stages.join(', ') || 'none: --only is empty'}), got ${got}.`,
    );
  }
  const world = { ...experimentFolder(config), config, stages, forced };
  const records = await readRecords(world.folder);
  for (const [stage, { state, process: worker }] of Object.entries(records)) {
    if (state !== 'running' || !(await isAlive(worker))) continue;
    throw inputError(
      `${world.folder}: expected an experiment that nobody works on, but process ${worker.pid} is at its stage ${stage}. Wait for it or stop it.`,
    );
  }
  return { ...world, shared: await sharedInputs(config) };
}

/** What would be done, without doing it. */
export async function planExperiment(
  config: Config,
  options: ExperimentOptions = {},
): Promise<ExperimentPlan> {
  const world = await openWorld(config, options);
  const records = await readRecords(world.folder);
  const { of, basis } = await expectation(config, world.folder, records);
  const stages: PlannedStage[] = [];
  const made = new Set<ExperimentStage>();
  for (const stage of world.stages) {
    const { inputs: _inputs, ...decision } = await decide(stage, world, records);
    const after = madeBefore(stage, config, made);
    const follows = after.length > 0 && ['unchanged', 'resume'].includes(decision.action);
    const planned: Omit<Decision, 'inputs'> = follows
      ? { stage, action: 'again', reasons: after.map((one) => `${one} is made`), since: null }
      : decision;
    if (planned.action !== 'unchanged' && planned.action !== 'needs') made.add(stage);
    const redo =
      stage === 'train_gen' && planned.action === 'again' ? redoOf(planned.reasons) : 'draw';
    stages.push({ ...planned, redo, expected: redoneExpected(of(stage), redo) });
  }
  const warnings = await staleWarnings(world, records);
  return { name: world.name, folder: world.folder, stages, basis, warnings };
}

function redoneExpected(whole: Expected, redo: Redo): Expected {
  if (redo === 'draw') return whole;
  const seconds = redo === 'score' ? Math.min(whole.seconds, costs.start) : whole.seconds;
  return { ...whole, seconds, tokens: { sampled: 0, learned: 0 } };
}

/** What a stage needs and what that needs in its turn, as far as it is not there. */
function addMakers(
  stage: ExperimentStage,
  config: Config,
  records: StageRecords,
  makers: Set<ExperimentStage>,
): void {
  for (const { from } of needsOf(stage, config)) {
    if (from.some((one) => makers.has(one) || records[one]?.state === 'finished')) continue;
    makers.add(from[0]);
    addMakers(from[0], config, records, makers);
  }
}

/** Stages of this call that are made before one and that it reads from. */
function madeBefore(
  stage: ExperimentStage,
  config: Config,
  made: ReadonlySet<ExperimentStage>,
): ExperimentStage[] {
  const from = needsOf(stage, config).flatMap((need) => need.from);
  // The page tells of all.
  return experimentStages.filter(
    (one) => made.has(one) && (from.includes(one) || stage === 'report'),
  );
}

/** What becomes of a stage as things stand on disk. */
export async function decide(
  stage: ExperimentStage,
  { config, folder, stages, forced, shared }: ExperimentWorld,
  records: StageRecords,
): Promise<Decision> {
  const inputs = inputsOfStage(stage, config, shared, records, stages);
  const of = (action: StageAction, reasons: string[] = []): Decision => {
    const since = action === 'unchanged' ? (records[stage]?.ended ?? null) : null;
    return { stage, action, reasons, inputs, since };
  };
  const missing = missingNeeds(stage, config, stages, records);
  if (missing.length > 0) return of('needs', missing);
  const record = records[stage];
  if (forced.includes(stage)) return of(record ? 'again' : 'new', ['--force']);
  if (!record) return of('new');
  const changes = changedInputs(record.inputs, inputs);
  if (changes.length > 0) return of('again', changes);
  if (record.state !== 'finished') return of('resume');
  const changed = await changedOutput(folder, record);
  return changed === null ? of('unchanged') : of('again', [changed]);
}

/** `pairs.jsonl (rl_build)` for each thing that neither is there nor is made in this call. */
function missingNeeds(
  stage: ExperimentStage,
  config: Config,
  stages: readonly ExperimentStage[],
  records: StageRecords,
): string[] {
  const at = experimentStages.indexOf(stage);
  return needsOf(stage, config).flatMap(({ what, from }) => {
    const isThere = from.some((one) => records[one]?.state === 'finished');
    const isMade = from.some((one) => stages.includes(one) && experimentStages.indexOf(one) < at);
    return isThere || isMade ? [] : [`${what} (${from.join(' or ')})`];
  });
}

/** Names the stages that make what is missing. */
export function checkNeeds(world: ExperimentWorld, records: StageRecords): void {
  for (const stage of world.stages) {
    const missing = missingNeeds(stage, world.config, world.stages, records);
    if (missing.length === 0) continue;
    const makers = new Set(world.stages);
    for (const one of world.stages) addMakers(one, world.config, records, makers);
    const all = experimentStages.filter((one) => makers.has(one));
    throw inputError(
      `rlsf run: ${stage} needs ${missing.join(' and ')}, which ${world.folder} does not have. Run the stage in brackets first, for example --only ${all.join(',')}.`,
    );
  }
}

/** Stages that this call works on top of although they would be made otherwise now. */
export async function staleWarnings(
  world: ExperimentWorld,
  records: StageRecords,
): Promise<string[]> {
  const warnings: string[] = [];
  const used = new Set(
    world.stages.flatMap((stage) => needsOf(stage, world.config).flatMap(({ from }) => from)),
  );
  for (const stage of experimentStages) {
    const isUsed = used.has(stage) && records[stage]?.state === 'finished';
    if (!isUsed || world.stages.includes(stage)) continue;
    const { action, reasons } = await decide(stage, { ...world, forced: [] }, records);
    if (action !== 'again') continue;
    warnings.push(
      `${stage} is used as it was made; with this config it would be made again (${reasons.join(', ')}). Add it to --only.`,
    );
  }
  const both = (['train_all', 'online_grpo'] as const).every((one) => world.stages.includes(one));
  if (both && world.config.pipeline.online_grpo_start === 'policy') {
    warnings.push(
      'online_grpo starts from the policy of the config, so what train_all leaves is neither trained further nor measured. Put GRPO on top with --set pipeline.online_grpo_start=train_all, or run the two in experiments of their own (--run-name).',
    );
  }
  return warnings;
}
