import { httpError } from '../http/index.js';
import type { PolicyTokenizer } from '../../policy/index.js';
import type { Problem, Rollout } from '../../records.js';
import type { Item } from './item-schema.js';
import type { ProblemBook } from './problem-book.js';
import { tokensOf } from './tokens.js';

export interface OpenedItems {
  rollouts: Rollout[];
  /** One per rollout. */
  problems: Problem[];
}

/** The items of a request as rollouts without verdicts, each beside its problem. */
export function openItems(
  items: readonly Item[],
  requestId: string,
  book: ProblemBook,
  tokenizer: PolicyTokenizer | null,
): OpenedItems {
  const problems = problemsOf(items, book);
  const groups = new Map<string, number>();
  const samples = new Map<number, number>();
  const rollouts = items.map((item, i): Rollout => {
    const problem = problems[i];
    const name = item.group === undefined ? `problem ${problem.id}` : `group ${item.group}`;
    const group = groups.get(name) ?? groups.size;
    groups.set(name, group);
    const sample = samples.get(group) ?? 0;
    samples.set(group, sample + 1);
    const tokens = tokensOf(item, `items[${i}]`, tokenizer);
    return {
      version: 1,
      id: `${requestId}/0/${group}/${sample}`,
      run: requestId,
      step: 0,
      problemId: problem.id,
      task: problem.task,
      group,
      sample,
      promptHash: '',
      prompt: item.prompt ?? (typeof problem.prompt === 'string' ? problem.prompt : ''),
      promptIds: [],
      logprobs: [],
      finishReason: item.finishReason,
      sampling: unknownSampling,
      modelRevision: '',
      columns: { ...problem.columns, ...item.columns },
      ...tokens,
    };
  });
  return { rollouts, problems };
}

/** Whoever sampled has not told how. */
const unknownSampling = {
  temperature: 1,
  topK: 0,
  topP: 1,
  minP: 0,
  maxNewTokens: 0,
  stop: [],
  seed: 0,
};

/** Items of one problem share its object; two problems of one name cannot be told apart by a reward. */
function problemsOf(items: readonly Item[], book: ProblemBook): Problem[] {
  const known = new Map<string, { problem: Problem; text: string }>();
  return items.map(({ problem: asked }, i) => {
    const problem =
      'language' in asked ? asked : book.find(asked.id, asked.task, `items[${i}].problem`);
    const text = 'language' in asked ? JSON.stringify(asked) : `${problem.task} ${problem.id}`;
    const before = known.get(problem.id);
    if (before === undefined) {
      known.set(problem.id, { problem, text });
      return problem;
    }
    if (before.text === text) return before.problem;
    throw httpError(
      400,
      'bad_request',
      `items[${i}].problem: expected another id than that of a different problem before it, got '${problem.id}'. Leave the id out, or send the two in requests of their own.`,
      { where: `items[${i}].problem.id` },
    );
  });
}
