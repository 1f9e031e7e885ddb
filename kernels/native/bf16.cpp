// bfloat16 is the upper half of a float32.
#include "bf16.h"

#include "args.h"
#include "kernels.h"
#include "vec.h"

namespace {

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
