import { z } from 'zod';
import { option, whole } from '../option.js';

export const policySection = z
  .strictObject({
    model_name_or_path: option(
      z.string().min(1).nullable().default(null),
      'Folder of the policy in Hugging Face layout. No default: tour and grpo need it; sft makes a new policy.',
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
    lora_r: option(whole(1).default(16), 'Rank of the adapter.', 16),
    lora_alpha: option(
      z.number().positive().default(32),
      'The adapter’s output is scaled by lora_alpha / lora_r.',
      32,
    ),
    lora_target_modules: option(
      z
        .array(z.string().min(1))
        .min(1)
        .default(['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj']),
      'Linear modules that get an adapter, by the last part of their name.',
      null,
    ),
    lora_modules_to_save: option(
      z.array(z.string().min(1)).default([]),
      'Normalisations trained whole beside the adapter and saved in it (PEFT’s modules_to_save): `model.norm`, `input_layernorm`, `post_attention_layernorm`. vLLM cannot serve such an adapter; merge it first.',
      null,
    ),
  })
  .describe('The policy and which of its weights are trained.');
