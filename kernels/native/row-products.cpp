// Products of few rows, as in sampling: each sum runs along a weight row as it is stored, so nothing
// is packed or transposed first, and weights are read once, at the speed of memory.
#include "row-products.h"

#include "args.h"
#include "kernels.h"
#include "row-tile.h"

namespace {

typedef uint16_t Halves __attribute__((vector_size(32)));
typedef uint16_t HalvesMemory __attribute__((vector_size(32), aligned(2), may_alias));
typedef uint32_t Words __attribute__((vector_size(64)));

INLINE void loadFloats(Vec* v, const float* from) { *v = VLOAD(from); }
INLINE void loadFloatsPart(Vec* v, const float* from, int64_t n) { loadPart(v, from, n, 0.f); }
INLINE void widen(Vec* v, Halves halves) {
  const Words words = __builtin_convertvector(halves, Words) << 16;
  memcpy(v, &words, sizeof words);
}
INLINE void loadHalves(Vec* v, const uint16_t* from) {
  widen(v, Halves(*reinterpret_cast<const HalvesMemory*>(from)));
}
INLINE void loadHalvesPart(Vec* v, const uint16_t* from, int64_t n) {
  Halves halves{};
  memcpy(&halves, from, n * sizeof(uint16_t));
  widen(v, halves);
}

struct Call {
  const Rows *x, *low;
  const Matrix* weight;
  const float* b;
  float* out;
  int64_t stride, from, to;
};

template <int R, int C, bool Half>
INLINE void block(const Call& call, int64_t row, int64_t column) {
  const Rows &x = *call.x, &low = *call.low;
  auto tile = [&](const int64_t* rows, const int64_t* columns, float* sums) __attribute__((always_inline)) {
    Vec acc[kSums] = {};
    const float* left[R];
    for (int r = 0; r < R; r++) left[r] = x.floats + rows[r] * x.stride;
    if (Half) {
      const uint16_t* right[C];
      for (int c = 0; c < C; c++) right[c] = call.weight->halves + columns[c] * x.k;
      multiply<R, C>(acc, left, right, x.k, loadHalves, loadHalvesPart);
    } else {
      const float* right[C];
      for (int c = 0; c < C; c++) right[c] = call.weight->floats + columns[c] * x.k;
      multiply<R, C>(acc, left, right, x.k, loadFloats, loadFloatsPart);
    }
    if (low.k > 0) {
      const float* right[C];
      for (int r = 0; r < R; r++) left[r] = low.floats + rows[r] * low.stride;
      for (int c = 0; c < C; c++) right[c] = call.b + columns[c] * low.k;
      multiply<R, C>(acc, left, right, low.k, loadFloats, loadFloatsPart);
    }
    Vec total;
    sumEach(acc, &total);
    memcpy(sums, &total, sizeof total);
  };
  overColumns<R, C>(row, x.m, column, call.to, call.out, call.stride, tile);
}

template <bool Half>
INLINE void products(const Call& call) {
  const int64_t m = call.x->m;
  if (m == 1) {
    for (int64_t o = call.from; o < call.to; o += 16) block<1, 16, Half>(call, 0, o);
  } else if (m == 2) {
    for (int64_t o = call.from; o < call.to; o += 8) block<2, 8, Half>(call, 0, o);
  } else {
    for (int64_t o = call.from; o < call.to; o += 4) {
      for (int64_t r = 0; r < m; r += 4) block<4, 4, Half>(call, r, o);
    }
  }
}

MULTIVERSION void floatProducts(const Call* call) { products<false>(*call); }
MULTIVERSION void halfProducts(const Call* call) { products<true>(*call); }

MULTIVERSION void roundRange(const float* in, uint16_t* out, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    uint32_t bits;
    memcpy(&bits, in + i, sizeof bits);
    const uint32_t rounded = (bits + 0x7fffu + (bits >> 16 & 1)) >> 16;
    const bool nan = (bits & 0x7fffffffu) > 0x7f800000u;  // adding could carry it to infinity
    out[i] = static_cast<uint16_t>(nan ? bits >> 16 | 0x40u : rounded);
  }
}

MULTIVERSION void widenRange(const uint16_t* in, float* out, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    const uint32_t bits = static_cast<uint32_t>(in[i]) << 16;
    memcpy(out + i, &bits, sizeof bits);
  }
}

}  // namespace

void widenBf16(const uint16_t* in, float* out, int64_t n) { widenRange(in, out, n); }

void roundToBf16(const float* in, uint16_t* out, int64_t n) { roundRange(in, out, n); }

void rowProducts(const Rows& x, const Matrix& weight, const Rows& low, const float* b, float* out,
                 int64_t outStride, int64_t from, int64_t to) {
  if (x.m == 0 || from >= to) return;
#if RLSF_BF16_DOT
  if (x.halves != nullptr && weight.halves != nullptr) {
    return rowProductsBf16(x, weight, low, b, out, outStride, from, to);
  }
#endif
  const Call call{&x, &low, &weight, b, out, outStride, from, to};
  if (weight.halves != nullptr) {
    halfProducts(&call);
  } else {
    floatProducts(&call);
  }
}

/** toBf16(in Float32Array, out Uint16Array) */
void toBf16Kernel(Args& args) {
  const int64_t n = args.length(1);
  const float* in = args.floats(0, n);
  uint16_t* out = args.halves(1, n);
  parallelBlocks(n, 1 << 15, [=](int64_t from, int64_t to) { roundToBf16(in + from, out + from, to - from); });
}

/** fromBf16(in Uint16Array, out Float32Array) */
void fromBf16Kernel(Args& args) {
  const int64_t n = args.length(1);
  const uint16_t* in = args.halves(0, n);
  float* out = args.floats(1, n);
  parallelBlocks(n, 1 << 15, [=](int64_t from, int64_t to) { widenBf16(in + from, out + from, to - from); });
}
