import { inputError } from '../errors.js';
import type { Rollout } from '../records.js';
import { countDrop, type Drops } from './drops.js';
import { checkRankBy, rankOf, type RankBy } from './ranking.js';

/** A sample with its rank. */
export interface RankedSample {
  rollout: Rollout;
  score: number;
}

/** The samples of one problem that differ in their texts, in the order of the rollouts. */
export interface ProblemSamples {
  problemId: string;
  task: string;
  prompt: string;
  promptIds: number[];
  samples: RankedSample[];
  /** All of its rollouts, those left out included. */
  drawn: number;
}

/**
 * Rollouts by problem, each text once: of equal texts the first counts, and where they are ranked
 * apart (a program that fails now and then) none does.
 */
export function samplesByProblem(
  rollouts: readonly Rollout[],
  rankBy: RankBy,
  drops: Drops,
  where: string,
): ProblemSamples[] {
  checkRankBy(rankBy, where);
  if (rollouts.length === 0)
    throw inputError(
      `${where}: expected judged rollouts, got none. Collect candidates first (collectCandidates).`,
    );
  const problems = new Map<string, Rollout[]>();
  for (const rollout of rollouts) {
    const known = problems.get(rollout.problemId);
    if (known) known.push(rollout);
    else problems.set(rollout.problemId, [rollout]);
  }
  return [...problems].map(([problemId, drawn]) => {
    const [first] = drawn;
    const other = drawn.find(({ prompt }) => prompt !== first.prompt);
    if (other !== undefined)
      throw inputError(
        `${where}: expected one prompt for problem ${problemId}, but ${first.id} and ${other.id} have two. Give rollouts of one chat template and one version of the task.`,
      );
    return {
      problemId,
      task: first.task,
      prompt: first.prompt,
      promptIds: first.promptIds,
      samples: distinct(drawn, rankBy, drops, where),
      drawn: drawn.length,
    };
  });
}

function distinct(
  rollouts: readonly Rollout[],
  rankBy: RankBy,
  drops: Drops,
  where: string,
): RankedSample[] {
  const byText = new Map<string, RankedSample[]>();
  for (const rollout of rollouts) {
    const score = rankOf(rollout, rankBy, where);
    if (score === null) {
      countDrop(drops, 'unscorable');
      continue;
    }
    const alike = byText.get(rollout.completion);
    if (alike) alike.push({ rollout, score });
    else byText.set(rollout.completion, [{ rollout, score }]);
  }
  return [...byText.values()].flatMap((alike) => {
    if (alike.some(({ score }) => score !== alike[0].score)) {
      countDrop(drops, 'same text, another score', alike.length);
      return [];
    }
    countDrop(drops, 'same text', alike.length - 1);
    return alike.slice(0, 1);
  });
}
