/** What a stage will take: seconds, disk, tokens; by what this experiment has measured, else by a stated guess. */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Config, Method } from '../config/index.js';
import { isOnline } from '../config/index.js';
import { guess as costs, updatesOf } from '../study/estimate.js';
import type { StageRecord, StageRecords } from './record.js';
import type { ExperimentStage } from './stages.js';
import { pipelineMethods } from './stages.js';
import { folderBytes } from './sizes.js';

export interface Expected {
  seconds: number;
  bytes: number;
  /** Sampled, and learned from (each pass counts). */
  tokens: { sampled: number; learned: number };
}

export interface Expectation {
  of(stage: ExperimentStage): Expected;
  /** What it rests on, in a sentence. */
  basis: string;
}

/** Bytes of one record beside its completion's text and tokens. */
const recordBytes = 2500;
/** Bytes that one token takes in a record: id, log-probability, offset, text. */
const tokenBytes = 40;

export async function expectation(
  config: Config,
  folder: string,
  records: StageRecords,
): Promise<Expectation> {
  const measured = Object.entries(records).filter(([, { state }]) => state === 'finished') as [
    ExperimentStage,
    StageRecord,
  ][];
  const { tokens: length, isMeasured } = completionLength(config, measured);
  const model = await modelBytes(config);
  const guess = (stage: ExperimentStage): Expected => guessed(stage, config, length, model);
  const took = measured.filter(([stage]) => stage !== 'report' && stage !== 'analyze');
  const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
  const pace =
    took.length === 0
      ? 1
      : sum(took.map(([, { seconds }]) => seconds)) /
        sum(took.map(([stage]) => guess(stage).seconds));
  const sizes = new Map<ExperimentStage, number>();
  for (const [stage, { outputs }] of measured) {
    sizes.set(stage, await folderBytes(folder, Object.keys(outputs)));
  }
  return {
    basis: `${
      took.length === 0
        ? `a guess for a policy of 3 million parameters on two free cores (${costs.judged} s to sample and judge a completion, ${costs.learned} s to learn from one once); a larger policy takes longer in proportion`
        : `what the ${took.length} finished ${took.length === 1 ? 'stage' : 'stages'} of this experiment took`
    }. Tokens by ${isMeasured ? `the mean length of the completions so far (${length.toFixed(0)})` : `the longest that a completion may be (${length}): at most`}`,
    of(stage) {
      const expected = guess(stage);
      const own = measured.find(([name]) => name === stage)?.[1];
      return {
        ...expected,
        seconds: own ? own.seconds : expected.seconds * pace,
        bytes: sizes.get(stage) ?? expected.bytes,
      };
    },
  };
}

function guessed(
  stage: ExperimentStage,
  config: Config,
  length: number,
  model: number | null,
): Expected {
  const { evaluation, task, dataset, policy } = config;
  const weights = model ?? 0;
  // An adapter of rank 16 is some hundredths of its base; beside it lie its checkpoints with two moments each.
  const trainable = policy.use_peft ? weights * 0.1 : weights;
  const samples = (count: number, perToken: number): Expected => ({
    seconds: costs.start + count * costs.judged,
    bytes: count * (recordBytes / 4 + length * perToken),
    tokens: { sampled: count * length, learned: 0 },
  });
  const training = (method: Method): Expected => {
    const { steps, size, passes } = updatesOf(method, config);
    const rows = steps * size;
    const sampled = isOnline(method) ? rows : 0;
    return {
      seconds: costs.start + sampled * costs.judged + rows * passes * costs.learned,
      bytes:
        trainable * (1 + 3 * Math.min(2, steps)) + sampled * (recordBytes + length * tokenBytes),
      tokens: { sampled: sampled * length, learned: rows * passes * length },
    };
  };
  const none = { sampled: 0, learned: 0 };
  switch (stage) {
    case 'baseline':
    case 'test_after': {
      const { problems, held_out_families_problems: families, num_samples: each } = evaluation;
      const others = task.held_out_families_split === null ? 0 : families;
      return samples((problems + others) * each, 5);
    }
    case 'train_gen': {
      const count = task.train_problems * dataset.candidates.num_candidates;
      return { ...samples(count, 5), bytes: count * 2 * (recordBytes + length * tokenBytes) };
    }
    case 'rl_build': {
      const count = task.train_problems * dataset.candidates.num_candidates;
      return { seconds: 2, bytes: count * (recordBytes + length * tokenBytes), tokens: none };
    }
    case 'train_all':
      return pipelineMethods(config).map(training).reduce(together);
    case 'online_grpo':
      return training('grpo');
    case 'merge':
      return { seconds: costs.start, bytes: weights, tokens: none };
    case 'analyze':
      return { seconds: 2, bytes: 20_000, tokens: none };
    case 'report':
      return { seconds: costs.start, bytes: 15_000_000, tokens: none };
  }
}

function together(a: Expected, b: Expected): Expected {
  return {
    seconds: a.seconds + b.seconds,
    bytes: a.bytes + b.bytes,
    tokens: {
      sampled: a.tokens.sampled + b.tokens.sampled,
      learned: a.tokens.learned + b.tokens.learned,
    },
  };
}

function completionLength(
  { sampling }: Config,
  measured: readonly [ExperimentStage, StageRecord][],
): { tokens: number; isMeasured: boolean } {
  const known = measured.filter(([, { facts }]) => Number(facts.completions) > 0);
  const sum = (name: string): number =>
    known.reduce((all, [, { facts }]) => all + Number(facts[name]), 0);
  if (known.length === 0) return { tokens: sampling.max_completion_length, isMeasured: false };
  return { tokens: sum('tokens') / sum('completions'), isMeasured: true };
}

/** Of the policy's weights on disk; `null` where it is still on the Hub. */
async function modelBytes({ policy }: Config): Promise<number | null> {
  const { model_name_or_path: model } = policy;
  if (model === null || !existsSync(model)) return null;
  const file = path.join(model, 'model.safetensors');
  return existsSync(file) ? (await stat(file)).size : folderBytes(model, ['.']);
}
