// The same for rounded rows against bfloat16 weights, where the processor multiplies pairs of them
// (AVX-512 BF16: two products and a float32 sum in each lane). Compiled for it, called only there.
#include "row-products.h"

#if RLSF_AVX512
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,fma,avx2")
#include <immintrin.h>

#include "row-tile.h"

namespace {

constexpr int64_t kPairLanes = 32;

INLINE __m512bh pairs(const uint16_t* from) { return (__m512bh)_mm512_loadu_si512(from); }

INLINE __m512bh pairsPart(const uint16_t* from, int64_t n) {
  return (__m512bh)_mm512_maskz_loadu_epi16((__mmask32)((1ull << n) - 1), from);
}

template <int R, int C>
INLINE void block(const Rows& x, const uint16_t* weight, const Rows& low, const float* b, float* out,
                  int64_t stride, int64_t row, int64_t column, int64_t to) {
  auto tile = [&](const int64_t* rows, const int64_t* columns, float* sums) __attribute__((always_inline)) {
    __m512 acc[kSums];
#pragma GCC unroll 16
    for (int i = 0; i < kSums; i++) acc[i] = _mm512_setzero_ps();
    const uint16_t *left[R], *right[C];
    for (int r = 0; r < R; r++) left[r] = x.halves + rows[r] * x.stride;
    for (int c = 0; c < C; c++) right[c] = weight + columns[c] * x.k;
    const int64_t whole = x.k / kPairLanes * kPairLanes;
    for (int64_t p = 0; p < whole; p += kPairLanes) {
      __m512bh l[R];
#pragma GCC unroll 8
      for (int r = 0; r < R; r++) l[r] = pairs(left[r] + p);
#pragma GCC unroll 16
      for (int c = 0; c < C; c++) {
        const __m512bh w = pairs(right[c] + p);
        __builtin_prefetch(right[c] + C * x.k + p, 0, 2);  // the next block of columns, on its way from memory
#pragma GCC unroll 8
        for (int r = 0; r < R; r++) acc[r * C + c] = _mm512_dpbf16_ps(acc[r * C + c], l[r], w);
      }
    }
    if (whole < x.k) {
      for (int c = 0; c < C; c++) {
        const __m512bh w = pairsPart(right[c] + whole, x.k - whole);
        for (int r = 0; r < R; r++) acc[r * C + c] = _mm512_dpbf16_ps(acc[r * C + c], pairs(left[r] + whole), w);
      }
    }
    Vec all[kSums];
    memcpy(all, acc, sizeof all);
    if (low.k > 0) {
      const float *lowLeft[R], *lowRight[C];
      for (int r = 0; r < R; r++) lowLeft[r] = low.floats + rows[r] * low.stride;
      for (int c = 0; c < C; c++) lowRight[c] = b + columns[c] * low.k;
      multiply<R, C>(all, lowLeft, lowRight, low.k, loadFloats, loadFloatsPart);
    }
    Vec total;
    sumEach(all, &total);
    memcpy(sums, &total, sizeof total);
  };
  overColumns<R, C>(row, x.m, column, to, out, stride, tile);
}

}  // namespace

void rowProductsBf16(const Rows& x, const Matrix& weight, const Rows& low, const float* b, float* out,
                     int64_t stride, int64_t from, int64_t to) {
  const int64_t m = x.m;
  if (m == 1) {
    for (int64_t o = from; o < to; o += 16) block<1, 16>(x, weight.halves, low, b, out, stride, 0, o, to);
  } else if (m == 2) {
    for (int64_t o = from; o < to; o += 8) block<2, 8>(x, weight.halves, low, b, out, stride, 0, o, to);
  } else {
    for (int64_t o = from; o < to; o += 4) {
      for (int64_t r = 0; r < m; r += 4) block<4, 4>(x, weight.halves, low, b, out, stride, r, o, to);
    }
  }
}

bool hasBf16Dot() { return __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512bw"); }

#else
bool hasBf16Dot() { return false; }
#endif
