import { z } from 'zod';
import { option, share, whole } from '../option.js';
import { checkpointingText, schedulerTypes } from './trainer.js';

const corpus = z
  .strictObject({
    n: option(whole(1).default(20000), 'Programs in the corpus.'),
    fault_rate: option(
      share().default(0.12),
      'Chance that one site of a program that can go wrong does (off by one, leak, wrong condition, …).',
    ),
    slip_rate: option(
      share().default(0.1),
      'Chance of a slip of the pen per program (missing semicolon, undeclared name, …).',
    ),
    seed: option(z.int().default(1), 'Seed of the corpus.'),
  })
  .describe('The programs it learns from.');

const tokenizer = z
  .strictObject({
    vocab_size: option(
      whole(260).default(1024),
      'Entries of the byte-level BPE vocabulary, special tokens included.',
    ),
    pre_tokenizer: option(
      z.enum(['gpt2', 'code', 'digits']).default('code'),
      'How text is cut before merging. gpt2: GPT-2’s way. code: names, line breaks and the rest apart. digits: words apart and every digit alone.',
    ),
    sample: option(
      whole(1).default(4000),
      'Programs of the corpus that the tokenizer is trained on.',
    ),
  })
  .describe('The tokenizer trained on the corpus.');

const model = z
  .strictObject({
    model_type: option(z.enum(['qwen2', 'llama']).default('qwen2'), 'Layout of the decoder.'),
    hidden_size: option(whole(8).default(192), 'Width of the residual stream.'),
    intermediate_size: option(whole(8).default(512), 'Width of the SwiGLU layer.'),
    num_hidden_layers: option(whole(1).default(6), 'Layers.'),
    num_attention_heads: option(whole(1).default(6), 'Query heads.'),
    num_key_value_heads: option(
      whole(1).default(2),
      'Key and value heads; divides the query heads.',
    ),
    head_dim: option(whole(2).default(32), 'Width of one head; even.'),
    max_position_embeddings: option(whole(16).default(1024), 'Longest sequence, tokens.'),
    rope_theta: option(z.number().positive().default(10000), 'Base of the rotary embedding.'),
    tie_word_embeddings: option(z.boolean().default(true), 'Input and output embeddings are one.'),
  })
  .describe('The shape of a new policy, in the words of Hugging Face’s config.json.');

export const pretrainSection = z
  .strictObject({
    corpus: corpus.prefault({}),
    tokenizer: tokenizer.prefault({}),
    model: model.prefault({}),
    num_train_epochs: option(
      z.number().positive().default(1),
      'Passes over the corpus; max_steps wins when set.',
      3,
    ),
    max_steps: option(
      whole(1).nullable().default(null),
      'Updates in all. null: num_train_epochs decides.',
      -1,
    ),
    tokens_per_batch: option(
      whole(64).default(8192),
      'Tokens of one update at most (whole programs only).',
    ),
    gradient_checkpointing: option(z.boolean().default(false), checkpointingText, true),
    learning_rate: option(
      z.number().positive().default(3e-3),
      'AdamW’s step size at its peak.',
      2e-5,
    ),
    lr_scheduler_type: option(
      z.enum(schedulerTypes).default('cosine'),
      'Course of the learning rate.',
      'linear',
    ),
    warmup_ratio: option(share().default(0.03), 'Share of the updates spent warming up.', 0),
    weight_decay: option(z.number().min(0).default(0.05), 'AdamW’s decay of weight matrices.', 0),
    adam_beta1: option(z.number().min(0).lt(1).default(0.9), 'AdamW’s first-moment decay.', 0.9),
    adam_beta2: option(
      z.number().min(0).lt(1).default(0.95),
      'AdamW’s second-moment decay.',
      0.999,
    ),
    adam_epsilon: option(z.number().positive().default(1e-8), 'AdamW’s denominator floor.', 1e-8),
    max_grad_norm: option(
      z.number().positive().default(1),
      'Gradients are scaled down to this norm.',
      1,
    ),
    completion_only_loss: option(
      z.boolean().default(true),
      'Learn the completion only, not the prompt. TRL decides by the data set.',
    ),
    logging_steps: option(whole(1).default(10), 'A metrics row every so many updates.', 10),
    save_steps: option(
      whole(1).default(100),
      'A checkpoint every so many updates; run.save_steps is for grpo.',
      500,
    ),
    dtype: option(
      z.enum(['float32', 'bfloat16']).default('bfloat16'),
      'Number format of the saved weights.',
    ),
    output: option(
      z.string().min(1).nullable().default(null),
      'Folder the policy is saved to. null: `model/` in the run folder.',
    ),
  })
  .describe('Pre-training of a tiny policy (`rlsf train pretrain`).');
