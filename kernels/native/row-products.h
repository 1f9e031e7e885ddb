#pragma once
#include <cstdint>

#include "matrix.h"

/** A linear layer: y = x Wᵀ + scale · (x Aᵀ) Bᵀ + bias. */
struct Projection {
  Matrix weight;  // [out, in]
  int64_t out = 0, in = 0;
  const float* bias = nullptr;  // [out]
  const float* a = nullptr;     // [rank, in]
  const float* b = nullptr;     // [out, rank]
  int64_t rank = 0;
  float scale = 0;
};

/** A few rows, [m, k]; rows lie `stride` apart and are zero from k to the next multiple of 32. */
struct Rows {
  const float* floats = nullptr;
  const uint16_t* halves = nullptr;  // the same rounded to bfloat16, where products round
  int64_t m = 0, k = 0, stride = 0;
};

/**
 * out[r, o] = Σ x[r, ·] weight[o, ·] (+ Σ low[r, ·] b[o, ·]) for o in [from, to). A sum runs over k in
 * one fixed order, whatever m, from and to: a row's numbers do not depend on its company.
 */
void rowProducts(const Rows& x, const Matrix& weight, const Rows& low, const float* b, float* out,
                 int64_t outStride, int64_t from, int64_t to);

/** Whether the compiler knows AVX-512 and its bfloat16 products. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 10
#define RLSF_AVX512 1
#else
#define RLSF_AVX512 0
#endif

#if RLSF_AVX512
/**
 * `rowProducts` compiled for AVX-512, and the one for rounded rows against bfloat16 weights, only where
 * `hasBf16Dot()`. Files of their own: in functions that GCC clones for several targets it keeps the
 * sums of a tile in memory, which costs a third of the speed.
 */
void rowProductsAvx512(const Rows& x, const Matrix& weight, const Rows& low, const float* b, float* out,
                       int64_t outStride, int64_t from, int64_t to);
void rowProductsBf16(const Rows& x, const Matrix& weight, const Rows& low, const float* b, float* out,
                     int64_t outStride, int64_t from, int64_t to);
#endif

/** Whether this processor multiplies bfloat16 pairs. */
bool hasBf16Dot();
