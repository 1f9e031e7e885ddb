import * as tf from '@tensorflow/tfjs';
import { inputError } from '../../errors.js';
import { nativeBackend, type NativeBackend } from './backend.js';

export type Inputs = Record<string, tf.TensorInfo>;
export type Numbers = Record<string, number>;

/** A kernel of ours: how it runs, what it keeps for its gradient, and its gradient. */
export interface FusedKernel {
  name: string;
  forward(
    native: NativeBackend,
    inputs: Inputs,
    attributes: Numbers,
  ): tf.TensorInfo | tf.TensorInfo[];
  /** Names of inputs, then flags of outputs: what `gradient` gets as `saved`, in this order. */
  saveInputs: string[];
  saveOutputs: boolean[];
  /**
   * One function per differentiable input. tfjs calls only those whose gradient is asked for, in
   * the order of the inputs, so a frozen weight costs nothing.
   */
  gradient(
    native: NativeBackend,
    dy: tf.Tensor[],
    saved: tf.Tensor[],
    attributes: Numbers,
  ): Record<string, () => tf.Tensor>;
}

/** What the node whose gradient was computed last had saved, and the gradients that came into it. */
let finished: tf.Tensor[] = [];

/**
 * Gradients made here, and the tensor that each is of. The node that made this tensor uses it last;
 * as `dy` of any other, it is what somebody was given, or what an operation hands to several.
 */
const gradientOf = new WeakMap<tf.Tensor, tf.Tensor>();

export function registerFused(kernel: FusedKernel): void {
  tf.registerKernel({
    kernelName: kernel.name,
    backendName: 'native',
    kernelFunc: ({ inputs, backend, attrs }) =>
      kernel.forward(backend as NativeBackend, inputs as Inputs, (attrs ?? {}) as Numbers),
  });
  tf.registerGradient({
    kernelName: kernel.name,
    inputsToSave: kernel.saveInputs,
    outputsToSave: kernel.saveOutputs,
    gradFunc(dy, saved, attrs) {
      // tfjs holds every saved activation until the whole backward pass is over. A node is done when
      // the next one's turn comes: giving its memory back then halves what a step needs.
      tf.dispose(finished);
      const dys = Array.isArray(dy) ? dy : [dy];
      const node = tf.engine().state.activeTape.find((each) => each.saved === saved);
      const ownGradients = dys.filter((gradient, i) => {
        const output = gradientOf.get(gradient);
        return output !== undefined && output === node?.outputs[i];
      });
      finished = [...saved, ...ownGradients];
      const gradients = kernel.gradient(nativeBackend(), dys, saved, attrs as Numbers);
      return Object.fromEntries(
        Object.entries(gradients).map(([input, compute]) => [
          input,
          () => {
            const gradient = compute();
            if (node !== undefined) gradientOf.set(gradient, node.inputs[input]);
            return gradient;
          },
        ]),
      );
    },
  });
}

/** A variable that says it is not trained: no gradient of it is computed or prepared for. */
export function isFrozen(weight: tf.Tensor): boolean {
  return weight instanceof tf.Variable && !weight.trainable;
}

/** The gradient of a frozen weight, for which the forward pass prepared nothing. */
export function refusedGradient(): never {
  throw inputError(
    'Expected no gradient of a weight that has trainable = false, but one was asked for. Set trainable to true before the forward pass.',
  );
}

/** Runs a fused kernel whose first output is the result. */
export function run(
  kernel: FusedKernel,
  inputs: Record<string, tf.Tensor>,
  attributes: Numbers = {},
): tf.Tensor[] {
  const out: tf.Tensor | tf.Tensor[] = tf.engine().runKernel(kernel.name, inputs, attributes);
  return Array.isArray(out) ? out : [out];
}
