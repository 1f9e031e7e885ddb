import * as tf from '@tensorflow/tfjs';
import { environmentError } from '../../errors.js';
import { loadAddon, type NativeAddon } from './addon.js';
import { attentionKernel } from './attention.js';
import { NativeBackend } from './backend.js';
import { embeddingKernel } from './embedding.js';
import { registerFused } from './fused.js';
import { frozenLinearKernel, frozenLoraKernel, linearKernel, loraKernel } from './linear.js';
import { registerOverrides } from './overrides.js';
import { rmsNormKernel } from './rms-norm.js';
import { rotaryKernel } from './rotary.js';
import { swigluKernel } from './swiglu.js';
import { frozenTokenLogprobsKernel, tokenLogprobsKernel } from './token-logprobs.js';

const fused = [
  attentionKernel,
  embeddingKernel,
  frozenLinearKernel,
  frozenLoraKernel,
  frozenTokenLogprobsKernel,
  linearKernel,
  loraKernel,
  rmsNormKernel,
  rotaryKernel,
  swigluKernel,
  tokenLogprobsKernel,
];

/** Loads the kernels, registers the backend once, and makes it current. */
export async function startNative(threads: number): Promise<void> {
  const addon = loadAddon();
  addon.setThreads(threads);
  if (tf.findBackendFactory('native') === null) register(addon);
  await tf.setBackend('native');
}

/** Sets the precision of all later products; returns the instructions they run on. */
export function setMatmulPrecision(precision: 'highest' | 'bf16'): string {
  const addon = loadAddon();
  try {
    addon.bf16Products(precision === 'bf16');
  } catch (cause) {
    throw environmentError(
      `selectBackend: ${cause instanceof Error ? cause.message : String(cause)} (it has ${addon.instructionSet()}). Use matmul precision highest.`,
      { cause },
    );
  }
  return addon.instructionSet();
}

function register(addon: NativeAddon): void {
  tf.registerBackend('native', () => new NativeBackend(addon));
  tf.copyRegisteredKernels('cpu', 'native');
  registerOverrides();
  for (const kernel of fused) registerFused(kernel);
}
