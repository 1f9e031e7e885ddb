// `rowProducts` compiled for AVX-512; called only where the processor has it.
#include "row-products.h"

#if RLSF_AVX512
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,fma,avx2")
#include "row-tile.h"

void rowProductsAvx512(const Rows& x, const Matrix& weight, const Rows& low, const float* b, float* out,
                       int64_t outStride, int64_t from, int64_t to) {
  const Call call{&x, &low, &weight, b, out, outStride, from, to};
  if (weight.halves != nullptr) {
    products<true>(call);
  } else {
    products<false>(call);
  }
}
#endif
