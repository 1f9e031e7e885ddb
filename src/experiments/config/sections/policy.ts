import { z } from 'zod';
import { option, share, whole } from '../option.js';

export const policySection = z
  .strictObject({
    model_name_or_path: option(
      z.string().min(1).nullable().default(null),
      'Folder of the policy in Hugging Face layout, or its Hub id (`owner/name`, `owner/name@revision`; name a commit to resume a run later with the same weights). A relative folder is looked for beside the file that names it, in the working folder, in the package. No default: pretrain makes a new one, everything else needs it.',
    ),
    dtype: option(
      z.enum(['float32', 'bfloat16']).default('float32'),
      'How the matrices are held. `bfloat16`: in half the memory (native backend), for a base that stays frozen under an adapter; what is trained becomes float32 at its first update.',
      'float32',
    ),
    use_peft: option(
      z.boolean().default(true),
      'true: train a LoRA adapter and leave the weights alone. false: train all weights.',
      false,
    ),
    adapter_name_or_path: option(
      z.string().min(1).nullable().default(null),
      'An adapter to start from (a PEFT folder or Hub id) and to train further: SFT on top of DPO, GRPO on top of SFT. What it was before is the reference; the lora_* options below are then those it was made with. null: a fresh one.',
    ),
    lora_r: option(whole(1).default(16), 'Rank of the adapter.', 16),
    lora_alpha: option(
      z.number().positive().default(32),
      'The adapter’s output is scaled by lora_alpha / lora_r.',
      32,
    ),
    lora_dropout: option(
      share().lt(1).default(0),
      'Share of an adapter’s inputs that an update sets to zero, drawn from run.seed. Sampling and evaluation drop nothing.',
      0.05,
    ),
    use_rslora: option(
      z.boolean().default(false),
      'Scale by lora_alpha / √lora_r instead (Kalajdzievski 2023).',
      false,
    ),
    lora_target_modules: option(
      z
        .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
        .default(['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj']),
      'Linear layers that get an adapter: a list of names or ends of their paths (`q_proj`, `mlp.up_proj`, `lm_head`), or one regular expression for whole paths. `all-linear`: all but the output layer.',
      null,
    ),
    lora_exclude_modules: option(
      z
        .union([z.string().min(1), z.array(z.string().min(1))])
        .nullable()
        .default(null),
      'Layers to leave out of them, named alike (PEFT’s exclude_modules).',
    ),
    lora_layers_to_transform: option(
      z.array(whole(0)).nullable().default(null),
      'Only the blocks of these numbers, where lora_target_modules is a list (PEFT’s layers_to_transform). null: all.',
    ),
    lora_layers_pattern: option(
      z.array(z.string().min(1)).nullable().default(null),
      'What stands before the block’s number in a path (PEFT’s layers_pattern). null: whatever stands before the first number.',
    ),
    lora_rank_pattern: option(
      z.record(z.string(), whole(1)).default({}),
      'Other ranks than lora_r, by a regular expression for the end of a path (PEFT’s rank_pattern).',
    ),
    lora_alpha_pattern: option(
      z.record(z.string(), z.number()).default({}),
      'Other values than lora_alpha, alike (PEFT’s alpha_pattern).',
    ),
    init_lora_weights: option(
      z.union([z.literal(true), z.literal('gaussian')]).default(true),
      'How A is drawn; B starts at zero. true: uniform in ±1/√inputs. gaussian: normal with deviation 1 / lora_r.',
      true,
    ),
    lora_modules_to_save: option(
      z.array(z.string().min(1)).default([]),
      'Modules trained whole beside the adapter and saved in it (PEFT’s modules_to_save), by the end of their path: `model.norm`, `input_layernorm`, `post_attention_layernorm`, `lm_head`, `embed_tokens`, … vLLM cannot serve such an adapter; merge it first.',
      null,
    ),
  })
  .describe('The policy and which of its weights are trained.');
