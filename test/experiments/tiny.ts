/** A pre-training so small that a test can afford it, and configs around it. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { configFromObject } from '../../src/experiments/config/index.js';
import type { Config } from '../../src/experiments/config/index.js';

export function tinyPretrain(outputDir: string, options: Record<string, unknown> = {}): Config {
  return configFromObject({
    run: { output_dir: outputDir, name_prefix: 'pretrain', seed: 3, threads: 1 },
    task: { name: 'cpp' },
    pretrain: {
      corpus: { n: 60, fault_rate: 0.2, slip_rate: 0.1, seed: 1 },
      tokenizer: { vocab_size: 320, sample: 60 },
      model: {
        hidden_size: 32,
        intermediate_size: 64,
        num_hidden_layers: 2,
        num_attention_heads: 2,
        num_key_value_heads: 1,
        head_dim: 16,
      },
      tokens_per_batch: 2048,
      max_steps: 6,
      logging_steps: 2,
      save_steps: 2,
      ...options,
    },
  });
}

/** Without g++ nothing can be judged: such tests are skipped, visibly. */
export const hasCompiler = (process.env['PATH'] ?? '')
  .split(path.delimiter)
  .some((place) => existsSync(path.join(place, 'g++')));
