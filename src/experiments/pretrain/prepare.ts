import { inputError } from '../../errors.js';
import type { PolicyTokenizer } from '../../policy/index.js';
import { tokenizerFromFiles, trainByteLevelBpe } from '../../policy/index.js';
import type { CorpusProgram } from '../../tasks/index.js';
import { nextTurn } from '../../tensor/index.js';
import type { Config } from '../config/index.js';
import type { StageClock } from '../run/clock.js';
import type { PolicyRecipe } from './corpus-share.js';
import { encodeCorpus, planBatches } from './data.js';
import { corpusOf } from './task-corpus.js';

export interface PretrainData {
  corpus: CorpusProgram[];
  tokenizer: PolicyTokenizer;
  sequences: ReturnType<typeof encodeCorpus>;
  /** Indices into `sequences`, one list an update. */
  plan: number[][];
}

/** Writes the corpus, trains the tokenizer on it, encodes it, and plans the updates. */
export async function prepareData(
  config: Config,
  clock: StageClock,
  signal: AbortSignal,
): Promise<PretrainData> {
  const { pretrain, task } = config;
  const source = corpusOf(task.name);
  const { one, many } = source.card;
  clock.begin('corpus', `Writing ${pretrain.corpus.n} ${many}, right and wrong`);
  await nextTurn();
  const corpus = source.make(corpusOptions(config));
  signal.throwIfAborted();

  clock.begin('tokenizer', `Training the tokenizer: ${pretrain.tokenizer.vocab_size} entries`);
  await nextTurn();
  const texts = corpus
    .slice(0, pretrain.tokenizer.sample)
    .map((program) => program.prompt + program.completion);
  const files = trainByteLevelBpe(texts, {
    vocabSize: pretrain.tokenizer.vocab_size,
    specialTokens: ['<|endoftext|>'],
    preTokenizer: pretrain.tokenizer.pre_tokenizer,
  });
  const tokenizer = await tokenizerFromFiles(files);
  await nextTurn();
  signal.throwIfAborted();
  const sequences = encodeCorpus(corpus, tokenizer, {
    completionOnly: pretrain.completion_only_loss,
    onProgress: (done, total) => clock.progress(`${many} encoded`, done, total),
  });
  const lengths = sequences.map((sequence) => tokensIn([sequence]));
  const longest = Math.max(...lengths);
  if (longest > pretrain.model.max_position_embeddings) {
    throw inputError(
      `pretrain.model.max_position_embeddings: expected at least the longest ${one} (${longest} tokens), got ${pretrain.model.max_position_embeddings}. Raise it.`,
    );
  }
  const plan = planBatches(lengths, {
    tokensPerBatch: pretrain.tokens_per_batch,
    seed: config.run.seed,
    epochs: pretrain.num_train_epochs,
    maxSteps: pretrain.max_steps,
  });
  signal.throwIfAborted();
  return { corpus, tokenizer, sequences, plan };
}

export function corpusOptions({ pretrain }: Config): PolicyRecipe['corpus'] {
  const { n, fault_rate: faultRate, slip_rate: slipRate, seed } = pretrain.corpus;
  return { n, faultRate, slipRate, seed };
}

/** Tokens of prompts and completions together. */
export function tokensIn(sequences: PretrainData['sequences']): number {
  return sequences.reduce((sum, { promptIds, completionIds }) => {
    return sum + promptIds.length + completionIds.length;
  }, 0);
}
