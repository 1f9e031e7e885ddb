import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { tf } from '../../src/tensor/index.js';

/** test/golden/preference/golden.json, as make.py writes it. */
export interface GoldenCase<Input> {
  name: string;
  library: 'trl' | 'openrlhf';
  /** TRL's option names. */
  options: Record<string, number | string | boolean | string[] | number[]>;
  input: Input;
  output: {
    /** null: NaN there. */
    loss: number | null;
    /** By each of the policy's log-probabilities. */
    gradients: Record<string, (number | null)[][]>;
    metrics: Record<string, number | null>;
  };
}

export interface PairInput {
  chosenLogprobs: number[][];
  rejectedLogprobs: number[][];
  refChosenLogprobs: number[][];
  refRejectedLogprobs: number[][];
  /** At temperature 1/2, for WPO. */
  chosenHalfLogprobs?: number[][];
  rejectedHalfLogprobs?: number[][];
  /** Of the chosen side's prompt from its second token on, for ORPO. */
  chosenPromptLogprobs?: number[][];
}

export interface KtoInput {
  logprobs: number[][];
  refLogprobs: number[][];
  labels: boolean[];
  promptIds: number[][];
  completionIds: number[][];
  klIds?: number[][];
  klLogprobs?: number[][];
  refKlLogprobs?: number[][];
}

export interface Golden {
  versions: Record<string, string>;
  dpo: GoldenCase<PairInput>[];
  kto: GoldenCase<KtoInput>[];
  cpo: GoldenCase<PairInput>[];
  orpo: GoldenCase<PairInput>[];
}

export function readGolden(): Golden {
  const file = new URL('../golden/preference/golden.json', import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Golden;
}

/** TRL's options by our names. */
export function inCamelCase(options: GoldenCase<unknown>['options']): Record<string, unknown> {
  const camel = (key: string): string => key.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [camel(key), value]));
}

/**
 * Within 1e-5 of the library's number. `scale`: the largest number that it was summed up from, whose
 * own rounding in float32 a sum near 0 cannot be better than.
 */
export function expectNear(actual: number, expected: number | null, what: string, scale = 0): void {
  const distance = Math.abs(actual - (expected ?? NaN));
  const within = distance <= 1e-5 * Math.abs(expected ?? NaN) + 2 ** -23 * scale + 1e-37;
  expect(within, `${what}: expected ${expected}, got ${actual}`).toBe(true);
}

export interface Padded {
  values: tf.Tensor2D;
  mask: tf.Tensor2D;
  lengths: tf.Tensor1D;
}

/** Ragged rows as [B, T]; padding holds what must have no effect. */
export function pad(rows: readonly number[][], padding = 0): Padded {
  const width = Math.max(1, ...rows.map((row) => row.length));
  const fill = (row: readonly number[], value: number): number[] =>
    Array.from({ length: width }, (_, t) => row[t] ?? value);
  return {
    values: tf.tensor2d(rows.map((row) => fill(row, padding))),
    mask: tf.tensor2d(
      rows.map((row) =>
        fill(
          row.map(() => 1),
          0,
        ),
      ),
    ),
    lengths: tf.tensor1d(rows.map((row) => row.length)),
  };
}

/** Compares the [B, T] gradients, in the order of the case's. */
export function expectGradients(
  actual: readonly tf.Tensor[],
  { name, output }: GoldenCase<object>,
): void {
  const sides = Object.entries(output.gradients);
  const scale = Math.max(
    ...sides.flatMap(([, rows]) => rows.flat().map((x) => Math.abs(x ?? 0))),
    0,
  );
  expect(actual.length).toBe(sides.length);
  sides.forEach(([side, expected], i) => {
    const rows = actual[i].arraySync() as number[][];
    expected.forEach((row, b) =>
      row.forEach((value, t) =>
        expectNear(rows[b][t], value, `${name}, ${side} [${b}, ${t}]`, scale),
      ),
    );
  });
}
