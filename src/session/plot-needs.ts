/** What the kinds of figures take from a source, and what they say where it is not there. */
import { inputError } from '../errors.js';
import { compareEvaluations } from '../evaluation/index.js';
import type { Comparison, Evaluation } from '../evaluation/index.js';
import type { JudgedRollout, MetricsRow } from '../plots/index.js';
import type { Rollout } from '../records.js';
import { firstAndLast } from './plot-readings.js';
import type { PlotNeed, PlotOptions, PlotSource } from './plot-source.js';

/** The error of a kind that lacks something: what, where, and what gives it. */
export function missing(
  source: PlotSource,
  kind: string,
  need: PlotNeed,
  { step }: PlotOptions = {},
): Error {
  const where = step === undefined ? source.name : `${source.name}, step ${step},`;
  return inputError(`plot ${kind}: expected ${need}, ${where} has none. ${source.advice(need)}`);
}

/** Options of a figure: its own title where none was given. */
export function titled(title: string | undefined): { title?: string } {
  return title === undefined ? {} : { title };
}

export function isScored({ reward, verdict }: Rollout): boolean {
  return typeof reward === 'number' && verdict !== undefined;
}

export function isJudged({ verdict }: Rollout): boolean {
  return verdict !== undefined;
}

/** Rollouts with a verdict; fails where there is none. */
export function judged(source: PlotSource, kind: string): Iterable<Rollout> {
  return kept(source, kind, 'verdicts', {}, isJudged);
}

/** Rollouts of which it holds, of the step that was asked for; fails at the end where there was none. */
export function* kept(
  source: PlotSource,
  kind: string,
  need: PlotNeed,
  options: PlotOptions,
  holds: (rollout: Rollout) => boolean,
): Generator<Rollout> {
  let found = false;
  for (const rollout of source.rollouts()) {
    if (options.step !== undefined && rollout.step !== options.step) continue;
    if (!holds(rollout)) continue;
    found = true;
    yield rollout;
  }
  if (!found) throw missing(source, kind, need, options);
}

/** The rows, where one of them has a wanted metric. */
export async function metricsWith(
  source: PlotSource,
  kind: string,
  isWanted: (metric: string) => boolean,
  need: PlotNeed = 'metrics',
): Promise<MetricsRow[]> {
  const rows = await source.metrics();
  if (rows.some((row) => Object.keys(row).some(isWanted))) return rows;
  throw missing(source, kind, rows.length === 0 ? 'metrics' : need);
}

/** What was measured before and after; else the first and the last samples of each problem. */
export async function twoSides(
  source: PlotSource,
  kind: string,
  options: PlotOptions,
): Promise<{ before: JudgedRollout[]; after: JudgedRollout[]; names: [string, string] }> {
  const measured = await sidesOf(source, options);
  if (measured)
    return {
      before: measured.before.rows.flatMap(samplesOf),
      after: measured.after.rows.flatMap(samplesOf),
      names: ['before', 'after'],
    };
  const { first, last } = firstAndLast(source.rollouts());
  if (first.every(({ verdict }) => !verdict)) throw missing(source, kind, 'two sides');
  return { before: first, after: last, names: ['first samples', 'last samples'] };
}

/** Both measurements of a split, compared in pairs of problems. */
export async function comparison(
  source: PlotSource,
  kind: string,
  options: PlotOptions,
): Promise<Comparison> {
  const measured = await sidesOf(source, options);
  if (!measured) throw missing(source, kind, 'two evaluations');
  return compareEvaluations(measured.before, measured.after);
}

async function sidesOf(
  source: PlotSource,
  { split }: PlotOptions,
): Promise<{ before: Evaluation; after: Evaluation } | null> {
  const { before, after } = await source.evaluations();
  if (!before || !after) return null;
  const shared = Object.keys(before).filter((name) => name in after);
  const name = split ?? shared[0];
  if (name === undefined) return null;
  if (shared.includes(name)) return { before: before[name], after: after[name] };
  throw inputError(
    `plot: expected a split that was measured before and after, got '${name}'. There is ${shared.join(', ') || 'none'}.`,
  );
}

function samplesOf({ problemId, outcomes }: Evaluation['rows'][number]): JudgedRollout[] {
  return outcomes.map((outcome) => ({ problemId, verdict: { outcome } }));
}

/** Of many steps the first and the last quarter: a mean over a whole training is of no policy. */
export function early(rollouts: readonly Rollout[]): { name: string; own: readonly Rollout[] }[] {
  const steps = [...new Set(rollouts.map(({ step }) => step))].sort((a, b) => a - b);
  if (steps.length < 4) return [{ name: 'all samples', own: rollouts }];
  const quarter = Math.max(1, Math.round(steps.length / 4));
  const part = (from: number, to: number): { name: string; own: Rollout[] } => ({
    name: `steps ${steps[from]} to ${steps[to]}`,
    own: rollouts.filter(({ step }) => step >= steps[from] && step <= steps[to]),
  });
  return [part(0, quarter - 1), part(steps.length - quarter, steps.length - 1)];
}

/** The one that was asked for, else the first with a finding that has a place, else the first. */
export function oneRollout(source: PlotSource, options: PlotOptions): Rollout {
  const { rolloutId, step } = options;
  let first: Rollout | null = null;
  for (const rollout of source.rollouts()) {
    if (rolloutId !== undefined) {
      if (rollout.id === rolloutId || rollout.id.endsWith(`/${rolloutId}`)) return rollout;
      continue;
    }
    if (step !== undefined && rollout.step !== step) continue;
    first ??= rollout;
    const located = rollout.verdict?.diagnostics.some(({ span }) => span.precision !== 'none');
    if (located) return rollout;
  }
  if (first) return first;
  if (rolloutId === undefined) throw missing(source, 'tokens', 'rollouts', options);
  throw inputError(
    `plot tokens: there is no rollout '${rolloutId}' in ${source.name}. An id is step/group/sample.`,
  );
}

export function unknownPrompt(promptId: string, known: readonly string[]): Error {
  const like = known.filter((id) => id.includes(promptId)).slice(0, 3);
  const shown = like.length > 0 ? like : known.slice(0, 3);
  return inputError(
    `plot prompt-accuracy: there is no prompt '${promptId}' among ${known.length}. There is ${shown.join(', ')}${known.length > shown.length ? ', …' : ''}.`,
  );
}
