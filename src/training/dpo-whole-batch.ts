import type { DpoLossInputs } from '../algorithms/index.js';
import { tf } from '../tensor/index.js';
import type { DpoBatch } from './dpo-batch.js';
import { divergenceError, takeTurns } from './gradients.js';
import { inPasses } from './passes.js';
import { forwardOfUpdate, type PairRow, type PreferenceStepSettings } from './preference-batch.js';
import type { PreferenceBatch } from './preference-step.js';

/**
 * A batch whose loss looks at all pairs at once (`aot` sorts them). First all log-probabilities are
 * evaluated without gradient; the loss's derivatives by them are then the constants of a linear loss,
 * whose parts add up and have the same gradient (gradient caching, Gao et al., arXiv 2101.06983).
 * @param step of the optimizer where an update follows: the same dropout is drawn twice
 */
export async function withWholeBatchLoss(
  where: string,
  batch: DpoBatch,
  settings: PreferenceStepSettings,
  step?: number,
): Promise<PreferenceBatch<PairRow> & { readonly loss: number }> {
  const update = step === undefined ? undefined : forwardOfUpdate(settings, step);
  const columns = new Map<string, number[]>();
  for (const part of inPasses(where, batch.rows, settings.perDeviceTrainBatchSize)) {
    await takeTurns(settings.signal);
    tf.tidy(() => {
      const evaluated = batch.inputsOf(part, update);
      batch.addEntropy(evaluated);
      for (const [name, tensor] of Object.entries(evaluated.inputs)) {
        if (!tensor) continue;
        const column = columns.get(name) ?? [];
        columns.set(name, column);
        column.push(...(tensor as tf.Tensor1D).dataSync());
      }
    });
  }
  const { loss, chosen, rejected } = tf.tidy(() => derivatives(batch, columns));
  if (!Number.isFinite(loss)) throw divergenceError(where, `the loss is ${loss}`);
  const metrics = batch.metrics();
  const places = new Map(batch.rows.map((row, place) => [row, place]));
  return {
    rows: batch.rows,
    loss,
    metrics: () => metrics,
    lossOf: (part, forward) => {
      const { chosenLogps, rejectedLogps } = batch.inputsOf(part, forward).inputs;
      const at = (values: Float32Array): tf.Tensor1D =>
        tf.tensor1d(part.map((row) => values[places.get(row) ?? 0]));
      return tf.add<tf.Scalar>(
        tf.sum(tf.mul(chosenLogps, at(chosen))),
        tf.sum(tf.mul(rejectedLogps, at(rejected))),
      );
    },
  };
}

function derivatives(
  batch: DpoBatch,
  columns: ReadonlyMap<string, number[]>,
): { loss: number; chosen: Float32Array; rejected: Float32Array } {
  const inputs = Object.fromEntries(
    [...columns].map(([name, column]) => [name, tf.tensor1d(column)]),
  ) as unknown as DpoLossInputs;
  const { value, grads } = tf.valueAndGrads((chosenLogps, rejectedLogps) =>
    batch.measure({
      ...inputs,
      chosenLogps: chosenLogps as tf.Tensor1D,
      rejectedLogps: rejectedLogps as tf.Tensor1D,
    }),
  )([inputs.chosenLogps, inputs.rejectedLogps]);
  const [chosen, rejected] = grads.map((gradient) => gradient.dataSync<'float32'>().slice());
  return { loss: value.dataSync()[0], chosen, rejected };
}
