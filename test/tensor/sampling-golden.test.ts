import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  sampleTokens,
  selectBackend,
  tf,
  type SampledTokens,
  type SampleTokensSettings,
} from '../../src/tensor/index.js';
import { nativeBuilt } from './support.js';

/** Distributions that the transformers library makes of logits; from make.py beside the file. */
const golden: Golden = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, '../golden/sampling/golden.json'), 'utf8'),
);

interface Golden {
  logits: number[][];
  /** Prompt and completion so far of each row. */
  seen: number[][];
  cases: {
    settings: Record<string, number>;
    rows: { ids: number[]; logprobs: number[] }[];
  }[];
}

/** Less likely ids are not drawn on purpose: a float32 uniform may miss their part. */
const tooRare = Math.log(1e-5);
const vocabulary = golden.logits[0].length;
const backends = nativeBuilt ? (['cpu', 'native'] as const) : (['cpu'] as const);

for (const backend of backends) {
  describe(`the distribution that is sampled, on ${backend}`, () => {
    beforeAll(() => selectBackend(backend));

    it.each(golden.cases.map(({ settings, rows }) => [JSON.stringify(settings), settings, rows]))(
      'is that of transformers with %s',
      (_, settings, rows) => {
        rows.forEach((expected, row) => {
          const { ids, logprobs } = drawEach(row, expected, settingsOf(settings));
          expected.ids.forEach((id, i) => {
            if (expected.logprobs[i] < tooRare) return;
            expect(ids[i]).toBe(id);
            expect(logprobs[i]).toBeCloseTo(expected.logprobs[i], 5);
          });
        });
      },
    );

    it('leaves the plain log-probabilities as the model has them', () => {
      for (const { settings, rows } of golden.cases) {
        rows.forEach((expected, row) => {
          const { ids, plainLogprobs } = drawEach(row, expected, settingsOf(settings));
          const logits = golden.logits[row];
          const mass = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
          plainLogprobs.forEach((plain, i) =>
            expect(plain).toBeCloseTo(logits[ids[i]] - Math.log(mass), 5),
          );
        });
      }
    });

    it('at temperature 0 is the likeliest token after the penalty', () => {
      const settings = { ...settingsOf({ repetition_penalty: 1.8 }), temperature: 0 };
      const expected = golden.cases.find(
        ({ settings: { repetition_penalty: penalty } }) => penalty === 1.8,
      )!;
      const greedy = expected.rows.map(
        ({ ids, logprobs }) => ids[logprobs.indexOf(Math.max(...logprobs))],
      );
      const drawn = golden.logits.map(
        (_, row) => drawEach(row, { ids: [0], logprobs: [0] }, settings).ids[0],
      );
      expect(drawn).toEqual(greedy);
      // The penalty matters: without it, some row has another favourite.
      const plain = golden.logits.map((logits) => logits.indexOf(Math.max(...logits)));
      expect(drawn).not.toEqual(plain);
    });
  });
}

/** One draw for each kept id, at the middle of the id's part of the cumulative distribution. */
function drawEach(
  row: number,
  { ids, logprobs }: { ids: number[]; logprobs: number[] },
  settings: SampleTokensSettings,
): SampledTokens {
  let before = 0;
  const uniforms = Float32Array.from(logprobs, (logprob) => {
    const middle = before + Math.exp(logprob) / 2;
    before += Math.exp(logprob);
    return Math.min(middle, 1 - 2 ** -24);
  });
  const repeated = <T>(values: T[]): T[] => ids.flatMap(() => values);
  const hidden = tf.tensor2d(repeated(golden.logits[row]), [ids.length, vocabulary]);
  const identity = tf.eye(vocabulary);
  const drawn = sampleTokens(hidden, identity, uniforms, settings, {
    ids: Int32Array.from(repeated(golden.seen[row])),
    starts: Int32Array.from({ length: ids.length + 1 }, (_, i) => i * golden.seen[row].length),
  });
  tf.dispose([hidden, identity]);
  return drawn;
}

function settingsOf(settings: Record<string, number>): SampleTokensSettings {
  const { temperature = 1, top_k: topK = 0, top_p: topP = 1, min_p: minP = 0 } = settings;
  return { temperature, topK, topP, minP, repetitionPenalty: settings['repetition_penalty'] };
}
