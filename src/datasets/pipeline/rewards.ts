import path from 'node:path';
import { tokensInSpan } from '../../diagnostics/index.js';
import type { PolicyTokenizer } from '../../policy/index.js';
import type { Rollout } from '../../records.js';
import { findingWeights, scoreRollouts, type RewardFunction } from '../../rewards/index.js';
import { inspectRollout } from '../../rollouts/index.js';
import { linesBefore, readExample, type Example } from '../../tasks/examples/index.js';
import { errorSpans, type ErrorSpan } from '../built-set.js';
import { encodeCompletion, encodePrompt } from '../encode-row.js';
import { indexOf, textOf } from './compiled.js';
import type { StageCount } from './examples.js';
import { hashOf, readJsonFile, requireJsonFile, writeJsonFile } from './files.js';
import {
  sides,
  type CompiledExample,
  type RewardedExample,
  type RewardedToken,
  type Side,
  type SideRewards,
} from './records.js';

export interface RewardTools {
  tokenizer: PolicyTokenizer;
  /** The folder or id that it is of, and what changes when it does. */
  tokenizerName: string;
  tokenizerHash: string;
  rewards: readonly RewardFunction[];
  /** What changes when the rewards do. */
  rewardSettings: unknown;
  onProgress?: (done: number, total: number) => void;
}

/** Stage 3: what each side earns, and each token of it. */
export async function rewardsStage(output: string, tools: RewardTools): Promise<StageCount> {
  const count = { made: 0, unchanged: 0 };
  const { examples } = indexOf(output);
  for (const { name } of examples) {
    const compiled = requireJsonFile<CompiledExample>(
      path.join(output, 'compiled', `${name}.json`),
      'compiled',
    );
    const example = await readExample(path.join(output, 'examples', name));
    const inputs = inputsOf(example, compiled, tools);
    const file = path.join(output, 'rewards', `${name}.json`);
    if (readJsonFile<RewardedExample>(file)?.inputs === inputs) count.unchanged++;
    else {
      writeJsonFile(file, await rewarded(example, compiled, inputs, tools));
      count.made++;
    }
    tools.onProgress?.(count.made + count.unchanged, examples.length);
  }
  return count;
}

async function rewarded(
  example: Example,
  compiled: CompiledExample,
  inputs: string,
  { tokenizer, tokenizerName, rewards }: RewardTools,
): Promise<RewardedExample> {
  const rollouts = sides.map((side) => asRollout(example, side, compiled, tokenizer));
  const [chosen, rejected] = (await scoreRollouts(rollouts, rewards)).map((rollout, i) =>
    sideRewards(example, sides[i], rollout),
  );
  const { name, kind } = example;
  return { version: 1, name, kind, inputs, tokenizer: tokenizerName, chosen, rejected };
}

/** A written text as if a policy with this tokenizer had sampled it. */
function asRollout(
  example: Example,
  side: Side,
  compiled: CompiledExample,
  tokenizer: PolicyTokenizer,
): Rollout {
  const { problem, name } = example;
  const completion = textOf(example, side);
  const prompt = String(problem.prompt);
  const promptIds = encodePrompt(tokenizer, prompt);
  const recorded = { promptIds: null, completionIds: null };
  const encoded = encodeCompletion(tokenizer, {
    text: completion,
    promptIds,
    recorded,
    isEnded: false,
  });
  return {
    version: 1,
    id: `examples/0/${name}/${sides.indexOf(side)}`,
    run: 'examples',
    step: 0,
    problemId: problem.id,
    task: problem.task,
    group: 0,
    sample: sides.indexOf(side),
    promptHash: '',
    prompt,
    completion,
    promptIds,
    completionIds: encoded.ids,
    logprobs: encoded.ids.map(() => 0),
    completionMask: encoded.ids.map(() => 1),
    byteOffsets: encoded.offsets(),
    finishReason: 'stop',
    sampling: { temperature: 1, topK: 0, topP: 1, minP: 0, maxNewTokens: 0, stop: [], seed: 0 },
    modelRevision: '',
    columns: problem.columns,
    verdict: compiled[side].verdict,
  };
}

function sideRewards(example: Example, side: Side, rollout: Rollout): SideRewards {
  const { byteOffsets, completion } = rollout;
  const located = locatedSpans(example, side, rollout);
  const stated = located.length > 0 ? [] : statedSpans(example, side, completion);
  const spans = [...located, ...stated];
  const weights = findingWeights(rollout);
  const reachedBy = new Map<number, string[]>();
  for (const span of stated)
    for (const token of tokensInSpan(span, byteOffsets)) reachedBy.set(token, [span.kind]);
  const isReached = new Set(spans.flatMap((span) => tokensInSpan(span, byteOffsets)));
  const tokens = inspectRollout(rollout).tokens.map(
    ({ index, id, text, start, end, line, kinds }): RewardedToken => ({
      index,
      id: id ?? -1,
      text,
      start,
      end,
      line: line + linesBefore(example),
      reward: weights[index] === 0 ? 0 : -weights[index],
      reached: isReached.has(index) ? 1 : 0,
      findings: kinds.length > 0 ? kinds : (reachedBy.get(index) ?? []),
    }),
  );
  return {
    reward: rollout.reward ?? null,
    rewards: rollout.rewards ?? [],
    spans,
    locatedBy: located.length > 0 ? 'tools' : stated.length > 0 ? 'example' : null,
    tokens,
  };
}

/** Where the errors lie; a warning that tells of the fault (an uninitialised read) is as good. */
function locatedSpans(example: Example, side: Side, { verdict }: Rollout): ErrorSpan[] {
  if (verdict === undefined) return [];
  const spans = errorSpans(verdict.outcome, verdict.diagnostics);
  const { finding, isReported } = example[side];
  if (spans.length > 0 || finding === null || !isReported) return spans;
  return errorSpans(
    'warning',
    verdict.diagnostics.filter(({ kind }) => kind === finding),
  );
}

/** Where no tool tells the place: what the corruption put in, else the stated line. */
function statedSpans(example: Example, side: Side, text: string): ErrorSpan[] {
  const { line, outcome, finding } = example[side];
  if (line === null || side === 'chosen') return [];
  const severity = outcome === 'warning' ? 'warning' : 'error';
  const made = example.from?.corruption ?? null;
  if (made !== null && made.end > made.start)
    return [{ start: made.start, end: made.end, kind: made.operator, severity }];
  const lines = text.split('\n');
  let at = line - linesBefore(example) - 1;
  // Where a line was taken away, what follows is the first to go wrong.
  while (at < lines.length && lines[at]?.trim() === '') at++;
  const there = lines[at];
  if (there === undefined) return [];
  const before = lines.slice(0, at).join('\n') + (at > 0 ? '\n' : '');
  const start = Buffer.byteLength(before + /^\s*/.exec(there)![0]);
  const end = start + Buffer.byteLength(there.trim());
  return [{ start, end, kind: finding ?? example.kind, severity }];
}

/** Outputs and times of the tools are left out: what they said is what counts. */
function inputsOf(example: Example, compiled: CompiledExample, tools: RewardTools): string {
  const facts = sides.map((side) => {
    const { outcome, diagnostics, tests } = compiled[side].verdict;
    return [outcome, diagnostics, tests, example[side]];
  });
  const { kind, from, starter, chosenText, rejectedText, problem } = example;
  const texts = [kind, from, starter, chosenText, rejectedText, problem.prompt];
  return hashOf(1, facts, texts, tools.tokenizerName, tools.tokenizerHash, tools.rewardSettings);
}
