// y = silu(g) · u with silu(g) = g σ(g). Gradient: du = dy · silu(g),
// dg = dy · u · σ(g) (1 + g (1 − σ(g))).
#include "args.h"
#include "kernels.h"
#include "vec.h"

namespace {

constexpr int64_t kBlock = 1 << 13;

INLINE void sigmoid(Vec* value) {
  Vec e = -*value;
  vexp(&e);
  *value = 1.f / (1.f + e);
}

MULTIVERSION void gradientRange(const float* g, const float* u, const float* dy, float* dg, float* du,
                                int64_t n) {
  for (int64_t i = 0; i < n; i += kLanes) {
    const int64_t left = n - i;
    Vec gate, up, back;
    if (left >= kLanes) {
      gate = VLOAD(g + i);
      up = VLOAD(u + i);
      back = VLOAD(dy + i);
    } else {
      loadPart(&gate, g + i, left, 0.f);
      loadPart(&up, u + i, left, 0.f);
      loadPart(&back, dy + i, left, 0.f);
    }
    Vec s = gate;
    sigmoid(&s);
    const Vec dUp = back * gate * s;
    const Vec dGate = back * up * s * (1.f + gate * (1.f - s));
    if (left >= kLanes) {
      VSTORE(du + i, dUp);
      VSTORE(dg + i, dGate);
    } else {
      storePart(du + i, &dUp, left);
      storePart(dg + i, &dGate, left);
    }
  }
}

}  // namespace

MULTIVERSION void swigluRange(const float* g, const float* u, float* y, int64_t n) {
  for (int64_t i = 0; i < n; i += kLanes) {
    const int64_t left = n - i;
    Vec gate, up;
    if (left >= kLanes) {
      gate = VLOAD(g + i);
      up = VLOAD(u + i);
    } else {
      loadPart(&gate, g + i, left, 0.f);
      loadPart(&up, u + i, left, 0.f);
    }
    Vec s = gate;
    sigmoid(&s);
    const Vec out = gate * s * up;
    if (left >= kLanes) {
      VSTORE(y + i, out);
    } else {
      storePart(y + i, &out, left);
    }
  }
}

/** swiglu(gate, up, out) */
void swigluKernel(Args& args) {
  const int64_t n = args.length(2);
  const float* g = args.floats(0, n);
  const float* u = args.floats(1, n);
  float* y = args.floats(2, n);
  parallelBlocks(n, kBlock, [=](int64_t from, int64_t to) { swigluRange(g + from, u + from, y + from, to - from); });
}

/** swigluGradient(gate, up, dy, dGate, dUp) */
void swigluGradientKernel(Args& args) {
  const int64_t n = args.length(2);
  const float* g = args.floats(0, n);
  const float* u = args.floats(1, n);
  const float* dy = args.floats(2, n);
  float* dg = args.floats(3, n);
  float* du = args.floats(4, n);
  parallelBlocks(n, kBlock, [=](int64_t from, int64_t to) {
    gradientRange(g + from, u + from, dy + from, dg + from, du + from, to - from);
  });
}
