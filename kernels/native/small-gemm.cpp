// A register-blocked product for the little matrices inside attention: oneDNN's own start-up per
// call would cost more than the arithmetic.
#include "small-gemm.h"

#include "vec.h"

namespace {

template <int Rows, int Columns>
INLINE void tile(const float* a, int64_t rs, int64_t cs, const float* b, int64_t ldb, float* c,
                 int64_t ldc, int64_t k, bool accumulate) {
  Vec sum[Rows][Columns];
#pragma GCC unroll 8
  for (int i = 0; i < Rows; i++) {
#pragma GCC unroll 4
    for (int j = 0; j < Columns; j++) {
      sum[i][j] = accumulate ? VLOAD(c + i * ldc + j * kLanes) : Vec{};
    }
  }
  for (int64_t p = 0; p < k; p++) {
    Vec right[Columns];
#pragma GCC unroll 4
    for (int j = 0; j < Columns; j++) right[j] = VLOAD(b + p * ldb + j * kLanes);
#pragma GCC unroll 8
    for (int i = 0; i < Rows; i++) {
      const Vec left = VSPLAT(a[i * rs + p * cs]);
#pragma GCC unroll 4
      for (int j = 0; j < Columns; j++) sum[i][j] += left * right[j];
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < Rows; i++) {
#pragma GCC unroll 4
    for (int j = 0; j < Columns; j++) VSTORE(c + i * ldc + j * kLanes, sum[i][j]);
  }
}

template <int Columns>
INLINE void column(const float* a, int64_t rs, int64_t cs, const float* b, int64_t ldb, float* c,
                   int64_t ldc, int64_t m, int64_t k, bool accumulate) {
  int64_t i = 0;
  for (; i + 8 <= m; i += 8) tile<8, Columns>(a + i * rs, rs, cs, b, ldb, c + i * ldc, ldc, k, accumulate);
  for (; i + 4 <= m; i += 4) tile<4, Columns>(a + i * rs, rs, cs, b, ldb, c + i * ldc, ldc, k, accumulate);
  for (; i < m; i++) tile<1, Columns>(a + i * rs, rs, cs, b, ldb, c + i * ldc, ldc, k, accumulate);
}

}  // namespace

MULTIVERSION void smallGemm(const float* a, int64_t rs, int64_t cs, const float* b, int64_t ldb,
                            float* c, int64_t ldc, int64_t m, int64_t n, int64_t k, bool accumulate) {
  int64_t j = 0;
  for (; j + 32 <= n; j += 32) column<2>(a, rs, cs, b + j, ldb, c + j, ldc, m, k, accumulate);
  if (j < n) column<1>(a, rs, cs, b + j, ldb, c + j, ldc, m, k, accumulate);
}
