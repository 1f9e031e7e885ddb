import * as tf from '@tensorflow/tfjs';

/**
 * Activation checkpointing (Chen et al. 2016): the value of `run(...inputs)`, of which only the
 * inputs are kept for the backward pass, where `run` runs again. It must compute the same twice;
 * values and gradients then are, bit for bit, those without a checkpoint.
 * @param trained what a gradient is computed for: those of the inputs that carry one, and the
 *   variables that `run` uses. Everything else counts as constant.
 */
export function checkpoint<Output extends tf.Tensor>(
  run: (...inputs: tf.Tensor[]) => Output,
  inputs: readonly tf.Tensor[],
  trained: readonly tf.Tensor[],
): Output {
  const operation = tf.customGrad<Output>((...operands) => {
    const save = operands[trained.length] as tf.GradSaveFunc;
    save([...inputs]);
    return {
      value: run(...inputs),
      gradFunc(dy, kept) {
        const targets = trained.map((tensor) => kept[inputs.indexOf(tensor)] ?? tensor);
        const gradients = tf.tidy(() => gradientsOnOwnTape(() => run(...kept), targets, dy));
        tf.dispose(kept); // tfjs would hold them until the whole backward pass is over
        return gradients;
      },
    };
  });
  return operation(...trained);
}

/** Gradients inside of a gradient function, where tfjs would lose the tape it is walking. */
function gradientsOnOwnTape(
  run: () => tf.Tensor,
  targets: tf.Tensor[],
  dy: tf.Tensor,
): tf.Tensor[] {
  const { state } = tf.engine();
  const outer = state.activeTape;
  try {
    const gradients = tf.engine().gradients(run, targets, dy, true).grads;
    return gradients.map((gradient, i) => gradient ?? tf.zerosLike(targets[i]));
  } finally {
    state.activeTape = outer;
  }
}
