import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { environmentError } from '../../errors.js';

type Floats = Float32Array;
type MaybeFloats = Float32Array | null;
/** Float32, or frozen weights in bfloat16. */
type Matrix = Float32Array | Uint16Array;
declare const handle: unique symbol;
/** A decoder that C++ holds. */
export interface NativeDecoder {
  readonly [handle]: true;
}

/** The C++ kernels. Shapes and formulas: the file of the same name in kernels/native. */
export interface NativeAddon {
  allocate(bytes: number): ArrayBuffer;
  setThreads(count: number): void;
  bf16Products(on: boolean): void;
  instructionSet(): string;
  gemm(
    a: Floats,
    b: Matrix,
    bias: MaybeFloats,
    c: Floats,
    m: number,
    n: number,
    k: number,
    transposeA: boolean,
    transposeB: boolean,
    accumulate: boolean,
    batch: number,
    strideA: number,
    strideB: number,
  ): void;
  add(a: Floats, b: Floats, out: Floats): void;
  subtract(a: Floats, b: Floats, out: Floats): void;
  multiply(a: Floats, b: Floats, out: Floats): void;
  scale(a: Floats, factor: number, out: Floats): void;
  sumOfSquares(a: Floats): number;
  columnSums(x: Floats, out: Floats, rows: number, columns: number): void;
  embedding(table: Matrix, ids: Int32Array, out: Floats, vocabulary: number, width: number): void;
  embeddingGradient(
    dy: Floats,
    ids: Int32Array,
    sum: Floats,
    vocabulary: number,
    width: number,
  ): void;
  rmsNorm(
    x: Floats,
    weight: Floats,
    y: Floats,
    scales: Floats,
    rows: number,
    width: number,
    eps: number,
  ): void;
  rmsNormGradient(
    x: Floats,
    weight: Floats,
    scales: Floats,
    dy: Floats,
    dx: MaybeFloats,
    dWeight: MaybeFloats,
    rows: number,
    width: number,
  ): void;
  rotary(
    x: Floats,
    positions: Int32Array,
    cos: Floats,
    sin: Floats,
    y: Floats,
    heads: number,
    half: number,
    inverse: boolean,
  ): void;
  swiglu(gate: Floats, up: Floats, out: Floats): void;
  swigluGradient(gate: Floats, up: Floats, dy: Floats, dGate: Floats, dUp: Floats): void;
  attention(
    q: Floats,
    k: Floats,
    v: Floats,
    segments: Int32Array,
    out: Floats,
    lse: Floats,
    heads: number,
    kvHeads: number,
    headDim: number,
    rows: number,
  ): void;
  attentionGradient(
    q: Floats,
    k: Floats,
    v: Floats,
    out: Floats,
    lse: Floats,
    dOut: Floats,
    segments: Int32Array,
    dq: Floats,
    dk: Floats,
    dv: Floats,
    heads: number,
    kvHeads: number,
    headDim: number,
    rows: number,
  ): void;
  cachedAttention(
    q: Floats,
    k: Floats,
    v: Floats,
    keys: Floats,
    values: Floats,
    slots: Int32Array,
    positions: Int32Array,
    out: Floats,
    heads: number,
    kvHeads: number,
    headDim: number,
    slotCount: number,
    blocks: number,
  ): void;
  tokenLogprobs(
    hidden: Floats,
    weight: Matrix,
    targets: Int32Array,
    logprobs: Floats,
    entropy: Floats,
    lse: Floats,
    expectation: MaybeFloats,
    rows: number,
    width: number,
    vocabulary: number,
    temperature: number,
  ): void;
  tokenLogprobsExpected(
    expectation: Floats,
    weight: Matrix,
    targets: Int32Array,
    dLogprobs: Floats,
    dHidden: Floats,
    rows: number,
    width: number,
    vocabulary: number,
    temperature: number,
  ): void;
  tokenLogprobsGradient(
    hidden: Floats,
    weight: Matrix,
    targets: Int32Array,
    lse: Floats,
    entropy: Floats,
    dLogprobs: Floats,
    dEntropy: Floats,
    dHidden: MaybeFloats,
    dWeight: MaybeFloats,
    rows: number,
    width: number,
    vocabulary: number,
    temperature: number,
  ): void;
  sampleTokens(
    hidden: Floats,
    weight: Matrix,
    uniforms: Floats,
    ids: Int32Array,
    logprobs: Floats,
    plainLogprobs: Floats,
    rows: number,
    width: number,
    vocabulary: number,
    temperature: number,
    topK: number,
    topP: number,
    minP: number,
    repetitionPenalty: number,
    seenIds: Int32Array | null,
    seenStarts: Int32Array | null,
  ): void;
  createDecoder(
    arrays: readonly (Matrix | null)[],
    hidden: number,
    heads: number,
    kvHeads: number,
    headDim: number,
    intermediate: number,
    vocabulary: number,
    layers: number,
    maxRows: number,
    slots: number,
    blocks: number,
    positions: number,
    eps: number,
    scales: Floats,
  ): NativeDecoder;
  decoderStep(
    decoder: NativeDecoder,
    inputIds: Int32Array,
    slots: Int32Array,
    positions: Int32Array,
    uniforms: Floats,
    ids: Int32Array,
    logprobs: Floats,
    plainLogprobs: Floats,
    temperature: number,
    topK: number,
    topP: number,
    minP: number,
    repetitionPenalty: number,
    seenIds: Int32Array | null,
    seenStarts: Int32Array | null,
  ): void;
  toBf16(values: Floats, out: Uint16Array): void;
  fromBf16(values: Uint16Array, out: Floats): void;
  adamw(
    variable: Floats,
    gradient: Floats,
    m: Floats,
    v: Floats,
    learningRate: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    weightDecay: number,
    step: number,
  ): void;
}

// The same distance from src/tensor/native and from dist/tensor/native.
const file = fileURLToPath(
  new URL('../../../kernels/native/build/rlsf_native.node', import.meta.url),
);

/** Whether the kernels were built; says nothing about whether they load. */
export function isAddonBuilt(): boolean {
  return existsSync(file);
}

/** Loads the kernels; Node keeps them, so a second call costs nothing. */
export function loadAddon(): NativeAddon {
  if (!isAddonBuilt()) {
    throw environmentError(
      'The native kernels are not built (expected kernels/native/build/rlsf_native.node). Run: node kernels/native/build.mjs',
    );
  }
  // OpenMP reads these when its library loads. Waiting threads must soon sleep: when they spin for
  // long and other processes want the cores (the judge's compilers do), every parallel loop waits for
  // the scheduler and a sampling step takes ten times as long. Some 20 µs save most wake-ups.
  const given = process.env['OMP_WAIT_POLICY'] ?? process.env['GOMP_SPINCOUNT'];
  const waiting = { OMP_WAIT_POLICY: 'passive', GOMP_SPINCOUNT: '2000' };
  if (given === undefined) Object.assign(process.env, waiting);
  try {
    return createRequire(import.meta.url)(file) as NativeAddon;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw environmentError(
      `The native kernels do not load: ${message}. Build them again: node kernels/native/build.mjs --force`,
      { cause },
    );
  } finally {
    if (given === undefined) for (const name of Object.keys(waiting)) delete process.env[name];
  }
}
