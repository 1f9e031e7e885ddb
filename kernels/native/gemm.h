#pragma once
#include <cstdint>

#include "matrix.h"

/**
 * C = op(A) op(B) (+ bias) (+ C), row-major, `batch` independent products. op(A) is [M, K], op(B)
 * is [K, N]; transposed operands are stored [K, M] and [N, K]. A stride of 0 repeats an operand.
 */
struct Gemm {
  int64_t m, n, k;
  bool transposeA = false, transposeB = false, accumulate = false;
  int64_t batch = 1, strideA = 0, strideB = 0;
  /** From one stored row of A, or of C, to the next; 0 where rows touch. */
  int64_t rowA = 0, rowC = 0;
};

/**
 * B may be held in bfloat16 (batch 1). With bf16 products it is multiplied as it is; otherwise it is
 * widened, a part at a time, and the product is float32's.
 */
void gemm(const Gemm& shape, const float* a, const Matrix& b, const float* bias, float* c);

inline void gemm(const Gemm& shape, const float* a, const float* b, const float* bias, float* c) {
  gemm(shape, a, Matrix{b, nullptr}, bias, c);
}

/** Whether products round their operands to bfloat16. */
bool bf16Products();

/** Drops cached primitives: they remember the number of threads they were made for. */
void forgetPrimitives();
