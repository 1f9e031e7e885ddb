/** A tensor as it lies in memory: row-major float32. */
export interface NamedTensor {
  shape: number[];
  values: Float32Array;
}

/** The same rounded to bfloat16, as it lies in a file. */
export interface HalfTensor {
  shape: number[];
  halves: Uint16Array;
}
