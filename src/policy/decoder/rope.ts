import type { RotaryTable } from '../../tensor/index.js';
import type { PolicyConfig } from '../types.js';

/**
 * Cosines and sines for positions 0..maxPositions−1: angle = position · f_i with
 * f_i = ropeTheta^(−2i / headDim) (Su et al. 2021, Hugging Face's half-split convention), stretched by
 * the config's scaling. Tables are kept per config and grow to what was asked for.
 */
export function rotaryTable(config: PolicyConfig, positions: number): RotaryTable {
  const kept = tables.get(config);
  if (kept !== undefined && kept.maxPositions >= positions) return kept;
  // Powers of two, so that growing sequences do not rebuild the table at every length.
  const maxPositions = Math.min(
    config.maxPositions,
    Math.max(256, 2 ** Math.ceil(Math.log2(positions))),
  );
  const table = makeTable(config, maxPositions);
  tables.set(config, table);
  return table;
}

const tables = new WeakMap<PolicyConfig, RotaryTable>();

function makeTable(config: PolicyConfig, maxPositions: number): RotaryTable {
  const frequencies = rotaryFrequencies(config);
  const half = frequencies.length;
  const cos = new Float32Array(maxPositions * half);
  const sin = new Float32Array(maxPositions * half);
  for (let position = 0; position < maxPositions; position++) {
    for (let i = 0; i < half; i++) {
      const angle = position * frequencies[i];
      cos[position * half + i] = Math.cos(angle);
      sin[position * half + i] = Math.sin(angle);
    }
  }
  return { cos, sin, headDim: config.headDim, maxPositions };
}

/** Radians per position, headDim / 2 of them. */
export function rotaryFrequencies(config: PolicyConfig): number[] {
  const { headDim, ropeTheta, ropeScaling: scaling = null } = config;
  return Array.from({ length: headDim / 2 }, (_, i) => {
    const frequency = ropeTheta ** ((-2 * i) / headDim);
    if (scaling === null) return frequency;
    if (scaling.type === 'linear') return frequency / scaling.factor;
    // Llama 3.1: long waves are stretched, short ones kept, those between blended.
    const { factor, lowFreqFactor, highFreqFactor, originalMaxPositions } = scaling;
    const turns = (originalMaxPositions * frequency) / (2 * Math.PI);
    if (turns < lowFreqFactor) return frequency / factor;
    if (turns > highFreqFactor) return frequency;
    const kept = (turns - lowFreqFactor) / (highFreqFactor - lowFreqFactor);
    return (1 - kept) * (frequency / factor) + kept * frequency;
  });
}
