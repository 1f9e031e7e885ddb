import {
  cachedAttention,
  causalAttention,
  checkpoint,
  embedding,
  linear,
  rmsNorm,
  rotary,
  swiglu,
  tf,
  type DecoderLayer,
  type DecoderProjection,
  type DecoderWeights,
  type KvCache,
  type RotaryTable,
} from '../../tensor/index.js';
import { inputError } from '../../errors.js';
import type { LoraDropout } from '../adapters/dropout.js';
import { adapterOf, dropped, matrix, projection, vector, type Pass } from './module-weights.js';
import { rotaryTable } from './rope.js';
import { modulePath, type Projection } from './shapes.js';
import type { Policy } from '../types.js';
import { trainableVariables } from './variables.js';

export interface ForwardOptions {
  /** `false` runs the base alone: the reference model. @default true */
  useAdapter?: boolean;
  /** Runs another of the policy's adapters, as a constant: a reference too. @default the active one */
  adapter?: string;
  /** Draws the adapter's dropout: for the loss of an update, and nothing else. @default none */
  dropout?: LoraDropout;
  /**
   * Keep each layer's input only and compute the layer again in the backward pass: less memory,
   * more time, the same gradients. They then reach the policy's trainable variables and no others.
   * @default false
   */
  gradientCheckpointing?: boolean;
}

/**
 * Hidden states after the final norm, for packed sequences (no padding). N tokens, D hidden size.
 * @param ids      [N]
 * @param segments cumulative starts of the sequences, B + 1 numbers from 0 to N
 * @returns [N, D]; differentiable in the weights and the active adapter
 */
export function hiddenStates(
  policy: Policy,
  ids: Int32Array,
  segments: Int32Array,
  options: ForwardOptions = {},
): tf.Tensor2D {
  const positions = new Int32Array(ids.length);
  for (let sequence = 0; sequence + 1 < segments.length; sequence++) {
    const start = segments[sequence];
    for (let i = start; i < segments[sequence + 1]; i++) positions[i] = i - start;
  }
  const pass = { ...options, adapter: adapterOf(policy, options), segments };
  return forward(policy, ids, positions, pass, (_layer, q, k, v) =>
    causalAttention(q, k, v, segments, policy.config),
  );
}

/**
 * The same against a KV cache, without gradient: row i is token ids[i] of slot slots[i] at
 * positions[i]. Rows of one slot stand together, positions ascending.
 */
export function cachedHiddenStates(
  policy: Policy,
  ids: Int32Array,
  slots: Int32Array,
  positions: Int32Array,
  cache: KvCache,
  options: Pick<ForwardOptions, 'useAdapter' | 'adapter'> = {},
): tf.Tensor2D {
  const pass = { adapter: adapterOf(policy, options) };
  return forward(policy, ids, positions, pass, (layer, q, k, v) =>
    cachedAttention(q, k, v, cache, layer, slots, positions, policy.config),
  );
}

/**
 * The weights as they are now, the active adapter's beside them.
 * @param head what `outputWeight` gave
 */
export function decoderWeights(policy: Policy, head: tf.Tensor2D): DecoderWeights {
  const { config, adapter } = policy;
  const layer = (index: number): DecoderLayer => {
    const of = (name: Projection): DecoderProjection =>
      projection(policy, modulePath(index, name), adapter);
    return {
      norm1: vector(policy, `model.layers.${index}.input_layernorm.weight`, adapter),
      norm2: vector(policy, `model.layers.${index}.post_attention_layernorm.weight`, adapter),
      q: of('q_proj'),
      k: of('k_proj'),
      v: of('v_proj'),
      o: of('o_proj'),
      gate: of('gate_proj'),
      up: of('up_proj'),
      down: of('down_proj'),
    };
  };
  return {
    dims: {
      heads: config.heads,
      kvHeads: config.kvHeads,
      headDim: config.headDim,
      hidden: config.hiddenSize,
      intermediate: config.intermediateSize,
      vocabulary: config.vocabSize,
    },
    eps: config.rmsNormEps,
    embedding: matrix(policy, 'model.embed_tokens.weight', adapter),
    head,
    norm: vector(policy, 'model.norm.weight', adapter),
    layers: Array.from({ length: config.layers }, (_, index) => layer(index)),
  };
}

type Attention = (layer: number, q: tf.Tensor2D, k: tf.Tensor2D, v: tf.Tensor2D) => tf.Tensor2D;

function forward(
  policy: Policy,
  ids: Int32Array,
  positions: Int32Array,
  pass: Pass,
  attention: Attention,
): tf.Tensor2D {
  const { config } = policy;
  const { adapter } = pass;
  const table = tableFor(policy, positions);
  const project = (x: tf.Tensor2D, layer: number, name: Projection): tf.Tensor2D =>
    projected(policy, x, modulePath(layer, name), pass);
  const norm = (x: tf.Tensor2D, name: string): tf.Tensor2D =>
    rmsNorm(x, vector(policy, name, adapter), config.rmsNormEps);

  const layerOutput = (x: tf.Tensor2D, layer: number): tf.Tensor2D => {
    const h = norm(x, `model.layers.${layer}.input_layernorm.weight`);
    const q = rotary(project(h, layer, 'q_proj'), positions, table);
    const k = rotary(project(h, layer, 'k_proj'), positions, table);
    const attended = attention(layer, q, k, project(h, layer, 'v_proj'));
    const mid = tf.add<tf.Tensor2D>(x, project(attended, layer, 'o_proj'));
    const g = norm(mid, `model.layers.${layer}.post_attention_layernorm.weight`);
    const mixed = swiglu(project(g, layer, 'gate_proj'), project(g, layer, 'up_proj'));
    return tf.add(mid, project(mixed, layer, 'down_proj'));
  };

  return tf.tidy(() => {
    const embedded = embedding(matrix(policy, 'model.embed_tokens.weight', adapter), ids); // [N, D]
    const last = pass.gradientCheckpointing
      ? checkpointedLayers(policy, embedded, layerOutput)
      : layersInTurn(policy, embedded, layerOutput);
    return norm(last, 'model.norm.weight');
  });
}

type LayerOutput = (x: tf.Tensor2D, layer: number) => tf.Tensor2D;

function layersInTurn(policy: Policy, embedded: tf.Tensor2D, output: LayerOutput): tf.Tensor2D {
  let x = embedded;
  for (let layer = 0; layer < policy.config.layers; layer++) {
    const input = x;
    x = tf.tidy(() => output(input, layer)); // what no gradient needs goes with its layer
  }
  return x;
}

function checkpointedLayers(
  policy: Policy,
  embedded: tf.Tensor2D,
  output: LayerOutput,
): tf.Tensor2D {
  const trainable = trainableVariables(policy);
  const under = (prefix: string): tf.Variable[] =>
    trainable.filter(({ name }) => name.startsWith(prefix)).map(({ variable }) => variable);
  // Nothing that is trained stands before the first layer when the embedding is frozen: its input
  // then carries no gradient.
  let carries = under('model.embed_tokens.').length > 0;
  let x = embedded;
  for (let layer = 0; layer < policy.config.layers; layer++) {
    const own = under(`model.layers.${layer}.`);
    const run = (input: tf.Tensor): tf.Tensor2D => output(input as tf.Tensor2D, layer);
    x = checkpoint(run, [x], carries ? [x, ...own] : own);
    carries ||= own.length > 0;
  }
  return x;
}

function projected(policy: Policy, x: tf.Tensor2D, path: string, pass: Pass): tf.Tensor2D {
  const { weight, bias, lora } = projection(policy, path, pass.adapter);
  const input = lora === null ? x : dropped(x, path, pass);
  if (lora === null || input === x) return linear(x, weight, bias, lora);
  const update = linear(linear(input, lora.a), lora.b);
  return tf.add(linear(x, weight, bias), tf.mul(update, lora.scale));
}

function tableFor(policy: Policy, positions: Int32Array): RotaryTable {
  let last = 0;
  for (const position of positions) if (position > last) last = position;
  if (last >= policy.config.maxPositions) {
    throw inputError(
      `Decoder: a sequence has ${last + 1} tokens, the policy's context holds ${policy.config.maxPositions}. Shorten prompts or completions.`,
    );
  }
  return rotaryTable(policy.config, last + 1);
}
