import type { Problem, Rollout } from '../../../records.js';
import type { Specimen } from './specimen.js';

/**
 * Specimens as rollouts that no policy sampled: words, marks and blanks are the tokens, each with the
 * log-probability of a coin. One group per problem.
 */
export function specimenRollouts(
  specimens: readonly Specimen[],
  problems: readonly Problem[],
): Rollout[] {
  const groups = new Map(problems.map((problem, group) => [problem.id, { problem, group }]));
  const counts = new Map<string, number>();
  const ids = new Map<string, number>();
  const maxNewTokens = Math.max(
    256,
    ...specimens.map(({ completion }) => tokensOf(completion).length),
  );
  return specimens.map(({ problemId, completion }) => {
    const { problem, group } = groups.get(problemId)!;
    const sample = counts.get(problemId) ?? 0;
    counts.set(problemId, sample + 1);
    const tokens = tokensOf(completion);
    const byteOffsets = [0];
    for (const token of tokens) byteOffsets.push(byteOffsets.at(-1)! + Buffer.byteLength(token));
    return {
      version: 1,
      id: `reward-bench/0/${group}/${sample}`,
      run: 'reward-bench',
      step: 0,
      problemId,
      task: problem.task,
      group,
      sample,
      promptHash: '',
      prompt:
        typeof problem.prompt === 'string'
          ? problem.prompt
          : problem.prompt.map(({ content }) => content).join('\n'),
      completion,
      promptIds: [],
      completionIds: tokens.map((token) => idOf(token, ids)),
      logprobs: tokens.map(() => -Math.LN2),
      completionMask: tokens.map(() => 1),
      byteOffsets,
      finishReason: 'stop',
      sampling: { temperature: 1, topK: 0, topP: 1, minP: 0, maxNewTokens, stop: [], seed: 0 },
      modelRevision: 'written by hand',
      columns: problem.columns,
    };
  });
}

function tokensOf(text: string): string[] {
  return text.match(/\n|[^\S\n]*[\p{L}\p{N}_]+|[^\S\n]+|[^\s\p{L}\p{N}_]/gu) ?? [];
}

function idOf(token: string, ids: Map<string, number>): number {
  const id = ids.get(token) ?? ids.size;
  ids.set(token, id);
  return id;
}
