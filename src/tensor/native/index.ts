/** The operations as fused native kernels: the same signatures as the composites. */
export { causalAttention } from './attention.js';
export { isNative, nativeBackend } from './backend.js';
export { createDecoder } from './decoder.js';
export { embedding } from './embedding.js';
export { cachedAttention, sampleTokens } from './inference.js';
export { linear } from './linear.js';
export { adamwStep, globalNorm } from './optimizer.js';
export { rmsNorm } from './rms-norm.js';
export { rotary } from './rotary.js';
export { swiglu } from './swiglu.js';
export { tokenLogprobs } from './token-logprobs.js';
