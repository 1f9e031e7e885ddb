import type { PolicyConfig } from '../types.js';

/** The linear layers of a decoder block, in the order they are used. */
export const projections = [
  'q_proj',
  'k_proj',
  'v_proj',
  'o_proj',
  'gate_proj',
  'up_proj',
  'down_proj',
] as const;
export type Projection = (typeof projections)[number];

/** Every weight of the decoder by its Hugging Face name, with its shape ([out, in] for matrices). */
export function weightShapes(config: PolicyConfig): Map<string, number[]> {
  const { hiddenSize, vocabSize } = config;
  const shapes = new Map<string, number[]>();
  shapes.set('model.embed_tokens.weight', [vocabSize, hiddenSize]);
  for (let layer = 0; layer < config.layers; layer++) {
    shapes.set(`model.layers.${layer}.input_layernorm.weight`, [hiddenSize]);
    for (const name of projections) {
      const shape = projectionShape(config, name);
      shapes.set(`${modulePath(layer, name)}.weight`, shape);
      if (hasBias(config, name)) shapes.set(`${modulePath(layer, name)}.bias`, [shape[0]]);
    }
    shapes.set(`model.layers.${layer}.post_attention_layernorm.weight`, [hiddenSize]);
  }
  shapes.set('model.norm.weight', [hiddenSize]);
  if (!config.tieWordEmbeddings) shapes.set('lm_head.weight', [vocabSize, hiddenSize]);
  return shapes;
}

/** [out, in] */
export function projectionShape(config: PolicyConfig, name: Projection): [number, number] {
  const { hiddenSize, intermediateSize, headDim } = config;
  switch (name) {
    case 'q_proj':
      return [config.heads * headDim, hiddenSize];
    case 'k_proj':
    case 'v_proj':
      return [config.kvHeads * headDim, hiddenSize];
    case 'o_proj':
      return [hiddenSize, config.heads * headDim];
    case 'gate_proj':
    case 'up_proj':
      return [intermediateSize, hiddenSize];
    case 'down_proj':
      return [hiddenSize, intermediateSize];
  }
}

export function modulePath(layer: number, name: Projection): string {
  const block =
    name === 'gate_proj' || name === 'up_proj' || name === 'down_proj' ? 'mlp' : 'self_attn';
  return `model.layers.${layer}.${block}.${name}`;
}

/** The matrix that turns hidden states into logits. */
export function headName(config: PolicyConfig): string {
  return config.tieWordEmbeddings ? 'model.embed_tokens.weight' : 'lm_head.weight';
}

function hasBias(config: PolicyConfig, name: Projection): boolean {
  if (!config.attentionBias) return false;
  // Qwen2 puts none on o; Llama's attention_bias does.
  return (
    name === 'q_proj' ||
    name === 'k_proj' ||
    name === 'v_proj' ||
    (name === 'o_proj' && config.modelType === 'llama')
  );
}
