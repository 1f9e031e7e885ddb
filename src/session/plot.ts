import { usageError } from '../errors.js';
import type { Evaluations } from '../evaluation/index.js';
import type { Figure, Reliability } from '../plots/index.js';
import type { Rollout } from '../records.js';
import { didYouMean } from '../tasks/closest.js';
import { stepHistory } from './look.js';
import type { PlotKind } from './plot-kind.js';
import { ratiosOf } from './plot-ratios.js';
import { rolloutKinds } from './plot-rollout-kinds.js';
import { runKinds } from './plot-run-kinds.js';
import type { PlotNeed, PlotOptions, PlotSource } from './plot-source.js';
import type { Session } from './session.js';

/** What a session does not keep is handed in. */
export interface SessionPlotOptions extends PlotOptions {
  /** Measurements to compare, as `evaluate` gave them, by split. */
  before?: Evaluations;
  after?: Evaluations;
  /** Rollouts to compare those in hand with. @default earlier ones of this session, of the same problems */
  against?: readonly Rollout[];
  /** What a discriminator was measured to be. */
  calibration?: readonly Reliability[];
}

/** Every kind of figure, in the order of the help. */
export const plotKinds: readonly PlotKind[] = [...rolloutKinds, ...runKinds];

/** A figure of the session: plain data. Fails with what is missing, and which act gives it. */
export async function plot(
  session: Session,
  kind: string,
  options: SessionPlotOptions = {},
): Promise<Figure> {
  return drawPlot(sessionPlotSource(session, options), kind, options);
}

/** The same of any source, such as `runPlotSource(folder)`. */
export async function drawPlot(
  source: PlotSource,
  kind: string,
  options: PlotOptions = {},
): Promise<Figure> {
  const found = plotKinds.find(({ name }) => name === kind);
  if (found) return found.draw(source, options);
  const names = plotKinds.map(({ name }) => name);
  throw usageError(
    `plot: expected one of ${names.join(', ')}, got '${kind}'.${didYouMean(kind, names)}`,
  );
}

function sessionPlotSource(session: Session, options: SessionPlotOptions): PlotSource {
  const { before = null, after = null, against, calibration = [] } = options;
  return {
    name: 'the session',
    rollouts: () => [...(against ?? earlierRollouts(session)), ...session.rollouts],
    metrics: async () => [...stepHistory(session)],
    evaluations: async () => ({ before, after }),
    ratios: async () => ratiosOf(session),
    arms: async () => ({ curves: [], measure: '' }),
    calibration: async () => [...calibration],
    advice: (need) => advice[need],
  };
}

/** Of the values that the history holds in memory, those before the rollouts in hand, each batch once. */
function earlierRollouts({ parts, rollouts }: Session): Rollout[] {
  const batches = new Map<string, readonly Rollout[]>();
  for (const { value } of parts.entries.slice(0, parts.cursor))
    // The same batch comes again, judged and scored: what it was last counts.
    if (value && value.rollouts.length > 0) batches.set(value.rollouts[0].id, value.rollouts);
  if (rollouts.length > 0) batches.delete(rollouts[0].id);
  return [...batches.values()].flat();
}

const advice: Readonly<Record<PlotNeed, string>> = {
  rollouts: 'Call sample(session) first (/sample).',
  verdicts: 'Call judge(session) first (/judge).',
  rewards: 'Call judge(session) and score(session) first (/judge, /score).',
  advantages: 'Call advantages(session) first (/advantages).',
  'two sides': 'Sample the same problems again after a step, or pass { against }.',
  metrics: 'Call step(session) or train(session, { steps }) first (/step, /train).',
  'rewards of pairs': "Call step(session, { method: 'dpo' }) first (/step --method dpo).",
  'times of the parts': 'Call train(session, { steps }): a single step is not timed by parts.',
  'two evaluations': 'Pass { before, after }, each { split: await evaluate(session) }.',
  'a policy': 'Open the session with a policy.',
  'a study': 'Studies are drawn from their folder: rlsf plot seeds FOLDER.',
  'a discriminator':
    'Pass { calibration }, or draw it from its folder: rlsf plot calibration FOLDER.',
};
