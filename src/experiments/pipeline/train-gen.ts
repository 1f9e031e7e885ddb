/** candidates.jsonl and candidates_annotated.jsonl: drawn, judged, scored; each no oftener than it must be. */
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { writeJsonl } from '../../datasets/index.js';
import type { Outcome } from '../../records.js';
import { readRollouts, rescoreRollouts } from '../../rollouts/index.js';
import { drawCandidates } from '../methods/data.js';
import { configRewards } from '../workplace/rewards.js';
import { keepAside } from './aside.js';
import { trainProblems } from './problems.js';
import type { StageOutcome, StageWork } from './work.js';
import { openPlace } from './work.js';

const drawn = 'candidates.jsonl';
const annotated = 'candidates_annotated.jsonl';

/** What is left of earlier candidates: nothing, the completions, or also their verdicts. */
export type Redo = 'draw' | 'judge' | 'score';

/** How far back a change reaches: sampling, judging, or scoring alone. */
export function redoOf(changes: readonly string[]): Redo {
  if (changes.every((name) => name.startsWith('reward'))) return 'score';
  const isLater = (name: string): boolean =>
    name.startsWith('reward') || name.startsWith('judge.') || name === annotated;
  return changes.every(isLater) ? 'judge' : 'draw';
}

/** Makes way for new candidates; completions and verdicts that still hold stay. */
export async function redoCandidates(
  { config, folder }: Pick<StageWork, 'config' | 'folder'>,
  redo: Redo,
): Promise<string | null> {
  const file = path.join(folder, annotated);
  if (redo === 'draw') return keepAside(folder, 'train_gen', [drawn, annotated]);
  if (redo === 'judge' || !existsSync(file)) return keepAside(folder, 'train_gen', [annotated]);
  const rewards = await configRewards(config);
  const problems = rewards.some((one) => one.needsProblems) ? await trainProblems(config) : [];
  const rescored = await rescoreRollouts([...readRollouts(file)], rewards, { problems });
  writeJsonl(`${file}.rescored`, rescored);
  const aside = await keepAside(folder, 'train_gen', [annotated]);
  await rename(`${file}.rescored`, file);
  return aside;
}

/** The policy's own answers to the training problems, judged and scored. Goes on with what is there. */
export async function trainGenStage(work: StageWork): Promise<StageOutcome> {
  const { config, folder, clock, signal } = work;
  const place = await openPlace(work, config, 'candidates');
  try {
    await rm(path.join(folder, `${annotated}.rescored`), { force: true });
    const rollouts = await drawCandidates(place, folder, { clock, signal });
    const outcomes: Partial<Record<Outcome, number>> = {};
    for (const { verdict } of rollouts) {
      if (verdict) outcomes[verdict.outcome] = (outcomes[verdict.outcome] ?? 0) + 1;
    }
    const counted = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`);
    return {
      outputs: [drawn, annotated],
      facts: {
        what: `${rollouts.length} candidates of ${place.trainProblems.length} problems: ${counted.join(', ')}`,
        completions: rollouts.length,
        tokens: rollouts.reduce((sum, { completionIds }) => sum + completionIds.length, 0),
      },
    };
  } finally {
    await place.close();
  }
}
