#pragma once
#include <cstdint>

/**
 * C = op(A) op(B) (+ bias) (+ C), row-major, `batch` independent products. op(A) is [M, K], op(B)
 * is [K, N]; transposed operands are stored [K, M] and [N, K]. A stride of 0 repeats an operand.
 */
struct Gemm {
  int64_t m, n, k;
  bool transposeA = false, transposeB = false, accumulate = false;
  int64_t batch = 1, strideA = 0, strideB = 0;
};

void gemm(const Gemm& shape, const float* a, const float* b, const float* bias, float* c);

/** Drops cached primitives: they remember the number of threads they were made for. */
void forgetPrimitives();
