#pragma once
#include <cstdint>

/**
 * C [m, n] = (C +) A B for operands that fit the caches. A's element (i, k) is
 * a[i · rowStride + k · columnStride], so a transposed A costs nothing; n and all row strides of B
 * and C are multiples of 16 floats. Runs on the calling thread.
 */
void smallGemm(const float* a, int64_t rowStride, int64_t columnStride, const float* b, int64_t ldb,
               float* c, int64_t ldc, int64_t m, int64_t n, int64_t k, bool accumulate);
