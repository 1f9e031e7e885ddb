// Products of few rows, as in sampling: each sum runs along a weight row as it is stored, so nothing
// is packed or transposed first, and weights are read once, at the speed of memory.
#include "row-products.h"

#include "row-tile.h"

namespace {

MULTIVERSION void floatProducts(const Call* call) { products<false>(*call); }
MULTIVERSION void halfProducts(const Call* call) { products<true>(*call); }

#if RLSF_AVX512
const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                    __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#endif

}  // namespace

void rowProducts(const Rows& x, const Matrix& weight, const Rows& low, const float* b, float* out,
                 int64_t outStride, int64_t from, int64_t to) {
  if (x.m == 0 || from >= to) return;
#if RLSF_AVX512
  if (x.halves != nullptr && weight.halves != nullptr) {
    return rowProductsBf16(x, weight, low, b, out, outStride, from, to);
  }
  if (avx512) return rowProductsAvx512(x, weight, low, b, out, outStride, from, to);
#endif
  const Call call{&x, &low, &weight, b, out, outStride, from, to};
  if (weight.halves != nullptr) {
    halfProducts(&call);
  } else {
    floatProducts(&call);
  }
}
