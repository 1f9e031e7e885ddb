import { describe, expect, it } from 'vitest';
import {
  cpoLoss,
  cpoLossTypes,
  dpoLoss,
  dpoLossTypes,
  fDivergenceTypes,
  ktoLoss,
  ktoLossTypes,
  ktoReferencePoint,
  orpoLoss,
  sequenceLogps,
  sharedLengthWeights,
  wpoWeights,
  type CpoLossOptions,
  type DpoLossOptions,
  type KtoLossOptions,
} from '../../src/algorithms/index.js';
import { tf } from '../../src/tensor/index.js';
import {
  expectGradients,
  expectNear,
  inCamelCase,
  pad,
  readGolden,
  type GoldenCase,
  type KtoInput,
  type PairInput,
} from './preference-golden.js';

const golden = readGolden();

function expectMetrics(
  metrics: Record<string, tf.Tensor1D | number>,
  { name, input, output }: GoldenCase<object>,
): void {
  // Rewards are differences of sums of log-probabilities.
  const logps = Math.max(...Object.values(input).flatMap(sizesOf));
  for (const [key, expected] of Object.entries(output.metrics)) {
    const actual = metrics[key];
    if (actual === undefined || expected === null) continue;
    const numbers = typeof actual === 'number' ? [actual] : Array.from(actual.dataSync());
    const scale = Math.max(...numbers.map(Math.abs), logps);
    expectNear(
      numbers.reduce((sum, x) => sum + x, 0) / numbers.length,
      expected,
      `${name}, ${key}`,
      scale,
    );
  }
}

/** The sizes of the sums of lists of log-probabilities; of anything else none. */
function sizesOf(rows: unknown): number[] {
  return (rows as unknown[]).flatMap((row) =>
    Array.isArray(row) && row.every((x) => typeof x === 'number' && x <= 0)
      ? [Math.abs(row.reduce((sum: number, x: number) => sum + x, 0))]
      : [],
  );
}

function runDpo(golden: GoldenCase<PairInput>): void {
  const { name, input, output } = golden;
  const options = inCamelCase(golden.options) as DpoLossOptions & { ldAlpha?: number };
  const chosen = pad(input.chosenLogprobs);
  const rejected = pad(input.rejectedLogprobs);
  const [refChosen, refRejected] = [pad(input.refChosenLogprobs), pad(input.refRejectedLogprobs)];
  const sideWeights = (rows: number[][], others: number[][]): tf.Tensor2D =>
    pad(
      rows.map((row, b) => sharedLengthWeights(row.length, others[b].length, options.ldAlpha ?? 1)),
    ).values;
  const chosenWeights = sideWeights(input.chosenLogprobs, input.rejectedLogprobs);
  const rejectedWeights = sideWeights(input.rejectedLogprobs, input.chosenLogprobs);
  const wpo = (side: typeof chosen, half: number[][] | undefined): tf.Tensor1D | undefined =>
    half && wpoWeights(side.values, pad(half).values, side.mask);
  const [c, r] = [wpo(chosen, input.chosenHalfLogprobs), wpo(rejected, input.rejectedHalfLogprobs)];
  const lossOf = (
    chosenLogprobs: tf.Tensor,
    rejectedLogprobs: tf.Tensor,
  ): ReturnType<typeof dpoLoss> =>
    dpoLoss(
      {
        chosenLogps: sequenceLogps(chosenLogprobs as tf.Tensor2D, chosenWeights),
        rejectedLogps: sequenceLogps(rejectedLogprobs as tf.Tensor2D, rejectedWeights),
        refChosenLogps: sequenceLogps(refChosen.values, chosenWeights),
        refRejectedLogps: sequenceLogps(refRejected.values, rejectedWeights),
        chosenLengths: chosen.lengths,
        rejectedLengths: rejected.lengths,
        pairWeights: c && r ? tf.mul<tf.Tensor1D>(c, r) : undefined,
      },
      options,
    );
  // Nothing of `y`: sft does not look at the rejected side, and tfjs refuses a gradient of nothing.
  const nothing = (y: tf.Tensor): tf.Tensor => tf.mul(tf.sum(y), 0);
  const { value, grads } = tf.valueAndGrads((x, y) => tf.add(lossOf(x, y).loss, nothing(y)))([
    chosen.values,
    rejected.values,
  ]);
  if (output.loss === null) {
    // Where there is nothing to average, TRL's sft is NaN; ours is 0 and moves nothing.
    expect(golden.options.loss_type).toEqual(['sft']);
    expect(value.dataSync()[0]).toBeCloseTo(0, 12);
    return;
  }
  expectNear(value.dataSync()[0], output.loss, name);
  expectGradients(grads, golden);
  const result = lossOf(chosen.values, rejected.values);
  const metrics = {
    'rewards/chosen': result.chosenRewards,
    'rewards/rejected': result.rejectedRewards,
    'rewards/margins': result.margins,
    'rewards/accuracies': result.accuracies,
    'logps/chosen': sequenceLogps(chosen.values, chosenWeights),
    'logps/rejected': sequenceLogps(rejected.values, rejectedWeights),
  };
  expectMetrics(metrics, golden);
}

function runKto(golden: GoldenCase<KtoInput>): void {
  const { name, input, output } = golden;
  const options = inCamelCase(golden.options) as KtoLossOptions;
  const sums = (rows: number[][]): number[] => {
    const { values, mask } = pad(rows);
    return Array.from(sequenceLogps(values, mask).dataSync());
  };
  const { klLogprobs, refKlLogprobs, labels } = input;
  const kl =
    klLogprobs && refKlLogprobs
      ? ktoReferencePoint(sums(klLogprobs), sums(refKlLogprobs))
      : undefined;
  const { values, mask } = pad(input.logprobs);
  const refLogps = tf.tensor1d(sums(input.refLogprobs));
  const lossOf = (logprobs: tf.Tensor): ReturnType<typeof ktoLoss> =>
    ktoLoss({ logps: sequenceLogps(logprobs as tf.Tensor2D, mask), refLogps, labels, kl }, options);
  const { value, grad } = tf.valueAndGrad((x) => lossOf(x).loss)(values);
  expectNear(value.dataSync()[0], output.loss, name);
  expectGradients([grad], golden);
  const rewards = Array.from(lossOf(values).rewards.dataSync());
  const logps = sums(input.logprobs);
  const over = (numbers: number[], wanted: boolean): number => {
    const side = numbers.filter((_, i) => labels[i] === wanted);
    return side.reduce((sum, number) => sum + number, 0) / side.length;
  };
  const metrics = {
    kl: kl ?? 0,
    'rewards/chosen': over(rewards, true),
    'rewards/rejected': over(rewards, false),
    'logps/chosen': over(logps, true),
    'logps/rejected': over(logps, false),
    'rewards/margins': over(rewards, true) - over(rewards, false),
  };
  expectMetrics(metrics, golden);
}

function runReferenceFree(golden: GoldenCase<PairInput>): void {
  const { name, input, output } = golden;
  const options = inCamelCase(golden.options);
  const [chosen, rejected] = [pad(input.chosenLogprobs), pad(input.rejectedLogprobs)];
  const prompt = input.chosenPromptLogprobs && pad(input.chosenPromptLogprobs);
  const lossOf = (
    c: tf.Tensor,
    r: tf.Tensor,
    p?: tf.Tensor,
  ): ReturnType<typeof cpoLoss> & Partial<ReturnType<typeof orpoLoss>> => {
    const inputs = {
      chosenLogps: sequenceLogps(c as tf.Tensor2D, chosen.mask),
      rejectedLogps: sequenceLogps(r as tf.Tensor2D, rejected.mask),
      chosenLengths: chosen.lengths,
      rejectedLengths: rejected.lengths,
    };
    if (!p || !prompt) return cpoLoss(inputs, options as CpoLossOptions);
    const chosenSequenceLogps = tf.add<tf.Tensor1D>(
      inputs.chosenLogps,
      sequenceLogps(p as tf.Tensor2D, prompt.mask),
    );
    const chosenSequenceLengths = tf.add<tf.Tensor1D>(chosen.lengths, prompt.lengths);
    return orpoLoss({ ...inputs, chosenSequenceLogps, chosenSequenceLengths }, options);
  };
  const given = [chosen.values, rejected.values, ...(prompt ? [prompt.values] : [])];
  const { value, grads } = tf.valueAndGrads((c, r, p) => lossOf(c, r, p).loss)(given);
  const result = lossOf(chosen.values, rejected.values, prompt?.values);
  if (output.loss === null) {
    // A mean over no tokens: NaN in TRL; ours leaves such pairs out.
    expect(input.chosenLogprobs.some((row) => row.length === 0)).toBe(true);
    for (const tensor of [value, ...grads]) {
      expect(Array.from(tensor.dataSync()).every(Number.isFinite)).toBe(true);
    }
    return;
  }
  expectNear(value.dataSync()[0], output.loss, name);
  expectGradients(grads, golden);
  const metrics: Record<string, tf.Tensor1D | number> = {
    'rewards/chosen': result.chosenRewards,
    'rewards/rejected': result.rejectedRewards,
    'rewards/margins': result.margins,
    'rewards/accuracies': result.accuracies,
    'logps/chosen': result.chosenLogps,
    'logps/rejected': result.rejectedLogps,
    ...(result.logOddsRatio ? { log_odds_ratio: result.logOddsRatio } : {}),
    ...(result.logOddsChosen ? { log_odds_chosen: result.logOddsChosen } : {}),
  };
  if ((options as CpoLossOptions).cpoAlpha !== 0 && options.lossType !== 'alphapo') {
    metrics.nll_loss = result.nllLoss.dataSync()[0];
  }
  expectMetrics(metrics, golden);
}

describe('the golden vectors', () => {
  const count = (
    cases: GoldenCase<object>[],
    has: (golden: GoldenCase<object>) => boolean,
  ): number => cases.filter((golden) => golden.output.loss !== null && has(golden)).length;
  const named = (golden: GoldenCase<object>): string[] =>
    [golden.options.loss_type ?? []].flat() as string[];

  it.each([
    ['dpo', dpoLossTypes, golden.dpo],
    ['kto', ktoLossTypes, golden.kto],
    ['cpo', cpoLossTypes, golden.cpo],
  ] as const)('of %s are at least five for every accepted loss type', (_, types, cases) => {
    for (const type of types) {
      const found = count(cases as GoldenCase<object>[], (golden) => named(golden).includes(type));
      expect(found, type).toBeGreaterThanOrEqual(5);
    }
  });

  it('are at least five for every accepted f-divergence and for ORPO', () => {
    for (const type of fDivergenceTypes) {
      const has = (golden: GoldenCase<object>): boolean =>
        (golden.options.f_divergence_type ?? 'reverse_kl') === type;
      expect(count(golden.dpo, has), type).toBeGreaterThanOrEqual(5);
    }
    expect(count(golden.orpo, () => true)).toBeGreaterThanOrEqual(5);
  });

  it('say which versions made them', () => {
    expect(golden.versions).toMatchObject({ trl: '1.13.0' });
    expect(golden.versions.openrlhf).toMatch(/^[0-9a-f]{40}$/);
  });
});

describe('dpoLoss is the named library’s, values and gradients', () => {
  it.each(golden.dpo.map((golden) => [golden.name, golden] as const))('%s', (_, golden) =>
    tf.tidy(() => runDpo(golden)),
  );
});

describe('ktoLoss is TRL’s, values and gradients', () => {
  it.each(golden.kto.map((golden) => [golden.name, golden] as const))('%s', (_, golden) =>
    tf.tidy(() => runKto(golden)),
  );
});

describe('cpoLoss and orpoLoss are TRL’s, values and gradients', () => {
  it.each([...golden.cpo, ...golden.orpo].map((golden) => [golden.name, golden] as const))(
    '%s',
    (_, golden) => tf.tidy(() => runReferenceFree(golden)),
  );
});
