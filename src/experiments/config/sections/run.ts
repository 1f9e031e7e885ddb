import { z } from 'zod';
import { option, whole } from '../option.js';

export const runSection = z
  .strictObject({
    name: option(
      z.string().min(1).nullable().default(null),
      'Name of the run and of its folder; refused when taken. null: a free one is made from name_prefix.',
    ),
    name_prefix: option(
      z.string().min(1).nullable().default(null),
      'What made-up names start with: `tour`, then `tour-2`, `tour-3`, … beside finished runs. A config file sets it to its own name. null: `{method}_{model}_K{num_generations}_steps{max_steps}`.',
    ),
    output_dir: option(z.string().min(1).default('runs'), 'Folder that holds the run folders.'),
    seed: option(z.int().default(42), 'Seed of everything random in the run.', 42),
    threads: option(
      whole(1).nullable().default(null),
      'Threads of the tensor backend. null: one per core. A run is bitwise repeatable for a given number.',
    ),
    matmul_precision: option(
      z.enum(['highest', 'bf16']).default('highest'),
      'Precision of matrix products. bf16: operands rounded to bfloat16, sums in float32; native backend on a processor with AVX-512 BF16 or AMX.',
    ),
    backend: option(
      z.enum(['auto', 'native', 'tensorflow', 'wasm', 'cpu']).default('auto'),
      'Tensor backend. auto: the fastest one that works here.',
    ),
    overlap: option(
      z.boolean().default(true),
      'Judge groups while others are sampled, and learn from judged ones while others are judged. The same run to the bit, sooner.',
    ),
    save_steps: option(
      whole(0).default(1),
      'A checkpoint after every so many steps; a stopped run loses at most that many. 0: only the last.',
      500,
    ),
    save_total_limit: option(
      whole(1).nullable().default(2),
      'How many checkpoints are kept. null: all.',
      null,
    ),
  })
  .describe('The run: its folder, its seed, the machine it uses.');
