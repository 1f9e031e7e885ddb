import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inputError, usageError } from '../../errors.js';
import type { Problem, Rollout } from '../../records.js';
import type { RewardFunction } from '../../rewards/index.js';
import {
  openRolloutStore,
  rescoreRollouts,
  scoreDifference,
  type ScoreDifference,
  type StageOptions,
} from '../../rollouts/index.js';
import { assignAdvantages } from '../../training/index.js';
import { renderHtml, renderSvg, scoreDifferenceFigure } from '../../plots/index.js';
import type { Config } from '../config/index.js';
import { advantageSettings } from '../methods/advantages.js';
import { writeJson } from '../run/files.js';
import { configRewards, openJudge } from '../workplace/index.js';
import { recordedProblems, readRecorded, type Recorded } from './recorded.js';

export interface RescoreRunOptions extends StageOptions {
  /** The reward to score by. @default that of the run's config, changed by `set` */
  rewards?: readonly RewardFunction[];
  /**
   * What to compare with: another reward on the same stored facts, or another log of the same rollouts.
   * @default the recorded rewards
   */
  against?: readonly RewardFunction[] | { log: string };
  /** Judge the completions again before scoring. @default false */
  rejudge?: boolean;
  /** `section.key=value` over the run's config: `judge.flags=["-Wextra"]`, `reward.scores.warning=0`. */
  set?: readonly string[];
  /** Where the new scoring goes: rollouts.jsonl, difference.json and figures. @default nowhere */
  out?: string;
}

export interface RescoredRun {
  difference: ScoreDifference;
  rollouts: Rollout[];
  config: Config;
  /** What was written, if anything. */
  files: string[];
}

/**
 * Scores the recorded rollouts of a run again, and says what that changes. The run itself is only read.
 */
export async function rescoreRun(
  place: string,
  options: RescoreRunOptions = {},
): Promise<RescoredRun> {
  const { rejudge = false, against, out, signal, onProgress } = options;
  const recorded = await readRecorded(place, options.set);
  const { config, rollouts } = recorded;
  if (out !== undefined) checkOut(out, recorded.file);
  const rewards = options.rewards ?? (await configRewards(config));
  const others = Array.isArray(against) ? (against as readonly RewardFunction[]) : [];
  const needsProblems = rejudge || [...rewards, ...others].some((one) => one.needsProblems);
  const problems = needsProblems ? await recordedProblems(recorded) : [];
  const old = await compared(recorded, against, problems, signal);
  const judge = rejudge ? await openJudge(config, problems) : undefined;
  try {
    const now = await rescoreRollouts(rollouts, rewards, { problems, judge, signal, onProgress });
    const settings = advantageSettings(config);
    const after = assignAdvantages(now, settings);
    const difference = scoreDifference(assignAdvantages(old, settings), after);
    const files = out === undefined ? [] : await write(out, after, difference);
    return { difference, rollouts: after, config, files };
  } finally {
    await judge?.close();
  }
}

/** The side to compare with. */
async function compared(
  { rollouts, file }: Recorded,
  against: RescoreRunOptions['against'],
  problems: readonly Problem[],
  signal: AbortSignal | undefined,
): Promise<Rollout[]> {
  if (against === undefined) {
    const unscored = rollouts.find(({ reward }) => reward === undefined);
    if (!unscored) return rollouts;
    throw inputError(
      `${file}: expected recorded rewards to compare with, but ${unscored.id} has none. Name the reward to compare with (--against).`,
    );
  }
  if (!('log' in against)) return rescoreRollouts(rollouts, against, { problems, signal });
  const other = await readRecorded(against.log);
  const byId = new Map(other.rollouts.map((rollout) => [rollout.id, rollout]));
  return rollouts.map(({ id }) => {
    const found = byId.get(id);
    if (found) return found;
    throw inputError(
      `${other.file}: expected the rollouts of ${file}, but ${id} is not there. Compare with a re-scoring of the same log.`,
    );
  });
}

function checkOut(out: string, log: string): void {
  if (path.resolve(out) === path.dirname(path.resolve(log))) {
    throw usageError(
      `--out: expected a folder other than the run's own, got ${out}. A record once written stays as it is.`,
    );
  }
}

async function write(
  out: string,
  rollouts: readonly Rollout[],
  difference: ScoreDifference,
): Promise<string[]> {
  await mkdir(out, { recursive: true });
  const at = (name: string): string => path.join(out, name);
  const store = openRolloutStore(at('rollouts.jsonl'));
  try {
    store.truncateAfterStep(-1);
    store.append(rollouts);
  } finally {
    store.close();
  }
  await writeJson(at('difference.json'), difference);
  const figure = scoreDifferenceFigure(difference);
  await writeFile(at('difference.html'), await renderHtml(figure));
  await writeFile(at('difference.svg'), await renderSvg(figure));
  return ['rollouts.jsonl', 'difference.json', 'difference.html', 'difference.svg'].map(at);
}
