import { nativeBackend, type Matrix } from './backend.js';
import type { KvCache } from '../kv-cache.js';
import type { Decoder, DecoderWeights, RotaryTable } from '../types.js';

/** See `createDecoder` in operations.ts. */
export function createDecoder(
  weights: DecoderWeights,
  cache: KvCache,
  table: RotaryTable,
  maxRows: number,
): Decoder {
  const native = nativeBackend();
  const { addon } = native;
  const { hidden, heads, kvHeads, headDim, intermediate, vocabulary } = weights.dims;
  // C++ keeps pointers into these, so they must live as long as the handle.
  const arrays: (Matrix | null)[] = [
    native.matrix(weights.embedding),
    native.matrix(weights.head),
    native.floats(weights.norm),
    table.cos,
    table.sin,
  ];
  const scales: number[] = [];
  weights.layers.forEach((layer, index) => {
    arrays.push(native.floats(layer.norm1), native.floats(layer.norm2));
    const { q, k, v, o, gate, up, down } = layer;
    for (const { weight, bias, lora } of [q, k, v, o, gate, up, down]) {
      arrays.push(
        native.matrix(weight),
        bias && native.floats(bias),
        lora && native.floats(lora.a),
        lora && native.floats(lora.b),
      );
      scales.push(lora?.scale ?? 0);
    }
    arrays.push(cache.keys[index], cache.values[index]);
  });
  const decoder = addon.createDecoder(
    arrays,
    hidden,
    heads,
    kvHeads,
    headDim,
    intermediate,
    vocabulary,
    weights.layers.length,
    maxRows,
    cache.slots,
    cache.blocks,
    Math.min(table.maxPositions, cache.maxLength),
    weights.eps,
    Float32Array.from(scales),
  );
  const kept = { decoder, arrays };
  return {
    step(inputIds, slots, positions, uniforms, settings, seen = null) {
      const { temperature, topK, topP, minP, repetitionPenalty = 1 } = settings;
      const ids = new Int32Array(inputIds.length);
      const logprobs = new Float32Array(inputIds.length);
      const plainLogprobs = new Float32Array(inputIds.length);
      addon.decoderStep(
        kept.decoder,
        inputIds,
        slots,
        positions,
        uniforms,
        ids,
        logprobs,
        plainLogprobs,
        temperature,
        topK,
        topP,
        minP,
        repetitionPenalty,
        seen?.ids ?? null,
        seen?.starts ?? null,
      );
      return { ids, logprobs, plainLogprobs };
    },
  };
}
