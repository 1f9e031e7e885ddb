import { inputError } from '../errors.js';
import type { Policy } from '../policy/index.js';
import { tf } from '../tensor/index.js';

/**
 * Moves a frozen copy of a policy towards it, in place (TRL's `sync_ref_model`; Gorbatovski et al.,
 * arXiv 2404.09656):
 *   reference = alpha * policy + (1 - alpha) * reference, weight by weight
 * @param alpha in (0, 1]; 1 makes it a copy
 */
export function syncReference(policy: Policy, reference: Policy, alpha: number): void {
  if (!(alpha > 0 && alpha <= 1)) {
    throw inputError(
      `syncReference: expected alpha above 0 and at most 1, got ${alpha}. TRL's ref_model_mixup_alpha is 0.6.`,
    );
  }
  if (policy.adapter) {
    throw inputError(
      'syncReference: expected a policy whose own weights are trained, got one with an adapter: a mixture of two adapters is none. Train all weights, or merge the adapter first.',
    );
  }
  for (const [name, weight] of policy.weights) {
    const copy = reference.weights.get(name);
    if (!copy || copy.shape.join() !== weight.shape.join()) {
      throw inputError(
        `syncReference: expected ${name} [${weight.shape.join(', ')}] in the reference, got ${copy ? `[${copy.shape.join(', ')}]` : 'nothing'}. Pass a copy of this policy.`,
      );
    }
    tf.tidy(() => copy.assign(tf.add(tf.mul(weight, alpha), tf.mul(copy, 1 - alpha))));
  }
}
