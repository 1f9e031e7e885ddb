import type { Policy } from '../policy/index.js';
import { tf } from '../tensor/index.js';
import { accumulateGradients, divergenceError, takeTurns } from './gradients.js';
import type { StepMetrics } from './metrics.js';
import type { Optimizer } from './optimizer.js';
import { inPasses } from './passes.js';
import { forwardOfUpdate, type ForwardOfUpdate } from './preference-batch.js';
import type { PreferenceStepSettings } from './preference-batch.js';

/** A batch ready to be measured or learned from. */
export interface PreferenceBatch<Row> {
  readonly rows: readonly Row[];
  /** This part's share of the batch's loss; also adds the part to the batch's metrics. */
  lossOf(part: readonly Row[], update?: ForwardOfUpdate): tf.Scalar;
  /** What `lossOf` added up. */
  metrics(): StepMetrics;
}

/** One update on a batch: `loss`, `grad_norm` and `learning_rate` beside the batch's own metrics. */
export async function updateOnBatch<Row>(
  where: string,
  policy: Policy,
  optimizer: Optimizer,
  batch: PreferenceBatch<Row>,
  settings: PreferenceStepSettings,
): Promise<StepMetrics> {
  const { learningRate = optimizer.settings.learningRate, signal } = settings;
  const update = forwardOfUpdate(settings, optimizer.step);
  const { loss, gradients } = await accumulateGradients(
    policy,
    where,
    inPasses(where, batch.rows, settings.perDeviceTrainBatchSize),
    (part) => batch.lossOf(part, update),
    signal,
  );
  const gradNorm = optimizer.update(gradients, { learningRate });
  return { loss, grad_norm: gradNorm, learning_rate: learningRate, ...batch.metrics() };
}

/** The loss and the metrics of a batch, with nothing updated and no dropout. */
export async function measureBatch<Row>(
  where: string,
  batch: PreferenceBatch<Row>,
  settings: PreferenceStepSettings,
): Promise<StepMetrics> {
  let loss = 0;
  for (const part of inPasses(where, batch.rows, settings.perDeviceTrainBatchSize)) {
    await takeTurns(settings.signal);
    loss += tf.tidy(() => batch.lossOf(part).dataSync()[0]);
  }
  if (!Number.isFinite(loss)) throw divergenceError(where, `the loss is ${loss}`);
  return { loss, ...batch.metrics() };
}
