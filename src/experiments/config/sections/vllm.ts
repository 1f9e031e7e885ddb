/** GRPO's rollouts from a server: TRL's `vllm_*` options where it has them. */
import { z } from 'zod';
import { importanceSamplingModes } from '../../../algorithms/index.js';
import { option, whole } from '../option.js';

/** Fields of the section `grpo`. */
export const vllmFields = {
  use_vllm: option(
    z.boolean().default(false),
    'Sample from a server with OpenAI’s interface (vllm serve, rlsf serve completions) in the place of the policy held here; evaluations sample here.',
    false,
  ),
  vllm_server_base_url: option(
    z.string().min(1).nullable().default(null),
    'Its address, such as http://localhost:8000/v1. A key comes from OPENAI_API_KEY. TRL speaks to `trl vllm-serve` there.',
    null,
  ),
  vllm_server_model: option(
    z.string().min(1).nullable().default(null),
    'The policy’s name there. null: the server’s only model; adapters do not count.',
  ),
  vllm_server_timeout: option(
    z.number().gt(0).max(300).default(240),
    'Seconds that one request may take. TRL: to wait for the server’s start.',
  ),
  vllm_server_retries: option(
    whole(0).max(100).default(5),
    'Further tries of a request whose failure may pass, with pauses of 0.5 s, 1 s, 2 s, … up to 16 s.',
  ),
  vllm_logprobs_mode: option(
    z.enum(['raw', 'processed']).default('raw'),
    'What the server’s log-probabilities are of (its --logprobs-mode): the model itself, which does for temperature 1 with nothing cut off, or the distribution that was sampled.',
  ),
  vllm_adapter_sync_steps: option(
    whole(1).nullable().default(1),
    'Bring the adapter to the server before every so many steps, by vLLM’s /v1/load_lora_adapter. null: never. A server that refuses (403, 404) samples from its frozen weights.',
  ),
  vllm_adapter_folder: option(
    z.string().min(1).nullable().default(null),
    'Where the adapter is written for the server to read. null: `served` in the run’s folder.',
  ),
  vllm_adapter_path: option(
    z.string().min(1).nullable().default(null),
    'How the server sees that folder. null: by the same path.',
  ),
  vllm_importance_sampling_correction: option(
    z.boolean().default(true),
    'With use_vllm: recompute the log-probabilities here and weigh the loss by their ratio to the server’s; the gap is in the metrics sampling/….',
    true,
  ),
  vllm_importance_sampling_mode: option(
    z.enum(importanceSamplingModes).default('sequence_mask'),
    'Ratio of a token or of the whole completion; outside the limits it is cut to them or the weight is 0.',
    'sequence_mask',
  ),
  vllm_importance_sampling_clip_max: option(
    z.number().positive().nullable().default(3),
    'Upper limit of the ratio. null: none.',
    3,
  ),
  vllm_importance_sampling_clip_min: option(
    z.number().min(0).nullable().default(null),
    'Lower limit of the ratio. null: none.',
    null,
  ),
};

type VllmOptions = z.output<z.ZodObject<typeof vllmFields>>;

interface Checked {
  grpo: VllmOptions;
  sampling: {
    temperature: number;
    top_k: number;
    top_p: number;
    min_p: number;
    repetition_penalty: number;
  };
}

/** What ties these options to each other and to the sampling. */
export function checkVllm(
  { grpo, sampling }: Checked,
  fail: (path: string[], message: string) => void,
): void {
  if (!grpo.use_vllm) return;
  if (grpo.vllm_server_base_url === null) {
    fail(
      ['grpo', 'vllm_server_base_url'],
      'expected the server’s address because grpo.use_vllm is true, got null. Set it, for example to http://localhost:8000/v1.',
    );
  }
  const { temperature, top_k: topK, top_p: topP, min_p: minP } = sampling;
  const isPlain =
    temperature === 1 &&
    topK === 0 &&
    topP === 1 &&
    minP === 0 &&
    sampling.repetition_penalty === 1;
  if (grpo.vllm_logprobs_mode === 'raw' && !isPlain) {
    fail(
      ['grpo', 'vllm_logprobs_mode'],
      'expected processed, because sampling changes the model’s distribution (temperature, top_k, top_p, min_p or repetition_penalty), got raw. Start the server with --logprobs-mode processed_logprobs and set it to processed, or sample plainly.',
    );
  }
}
