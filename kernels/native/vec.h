// Sixteen floats at a time with GCC's vector extension: one source for AVX-512, AVX2, SSE and
// NEON. `MULTIVERSION` compiles a function once per instruction set and picks at load time; it goes
// on leaf functions only, because the bodies that OpenMP outlines are not cloned.
#pragma once
#include <cstdint>
#include <cstring>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#if __GNUC__ >= 12
#define MULTIVERSION \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"), noinline))
#else
#define MULTIVERSION __attribute__((target_clones("avx512f", "avx2", "default"), noinline))
#endif
#else
#define MULTIVERSION __attribute__((noinline))
#endif
#define INLINE static inline __attribute__((always_inline))

constexpr int kLanes = 16;
typedef float Vec __attribute__((vector_size(64)));
typedef int32_t IntVec __attribute__((vector_size(64)));
typedef float VecMemory __attribute__((vector_size(64), aligned(4), may_alias));

#define VLOAD(p) (Vec(*reinterpret_cast<const VecMemory*>(p)))
#define VSTORE(p, v) (*reinterpret_cast<VecMemory*>(p) = (v))
#define VSPLAT(x) (Vec{} + (x))

constexpr int64_t roundUp(int64_t n, int64_t step) { return (n + step - 1) / step * step; }

/** exp, within 2 units in the last place; 0 below -87. A macro-like inline so that it is cloned. */
INLINE void vexp(Vec* value) {
  const Vec x = *value;
  Vec clamped = x < VSPLAT(-87.f) ? VSPLAT(-87.f) : x;
  clamped = clamped > VSPLAT(88.f) ? VSPLAT(88.f) : clamped;
  const Vec magic = VSPLAT(12582912.f);  // 1.5 · 2^23: adding it rounds to an integer
  const Vec shifted = clamped * 1.44269504088896341f + magic;
  const Vec n = shifted - magic;
  const Vec r = clamped - n * 0.693359375f + n * 2.12194440e-4f;
  Vec p = VSPLAT(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  const Vec y = p * r * r + r + 1.f;
  IntVec bits;
  IntVec magicBits;
  memcpy(&bits, &shifted, sizeof bits);
  memcpy(&magicBits, &magic, sizeof magicBits);
  bits = (bits - magicBits + 127) << 23;
  Vec power;
  memcpy(&power, &bits, sizeof power);
  const Vec e = y * power;
  *value = x < VSPLAT(-87.f) ? VSPLAT(0.f) : e;
}

INLINE float vsum(const Vec* value) {
  float lanes[kLanes];
  memcpy(lanes, value, sizeof lanes);
  for (int step = kLanes / 2; step > 0; step /= 2) {
    for (int i = 0; i < step; i++) lanes[i] += lanes[i + step];
  }
  return lanes[0];
}

INLINE float vmax(const Vec* value) {
  float lanes[kLanes];
  memcpy(lanes, value, sizeof lanes);
  for (int step = kLanes / 2; step > 0; step /= 2) {
    for (int i = 0; i < step; i++) lanes[i] = lanes[i] > lanes[i + step] ? lanes[i] : lanes[i + step];
  }
  return lanes[0];
}

/** The last n < 16 values of a row, the other lanes set to `fill`. */
INLINE void loadPart(Vec* value, const float* from, int64_t n, float fill) {
  float lanes[kLanes];
  for (int64_t i = 0; i < kLanes; i++) lanes[i] = i < n ? from[i] : fill;
  memcpy(value, lanes, sizeof lanes);
}

INLINE void storePart(float* to, const Vec* value, int64_t n) { memcpy(to, value, n * sizeof(float)); }

/** Splits [0, n) into blocks of `block` that run in parallel; the split never depends on threads. */
template <typename Body>
void parallelBlocks(int64_t n, int64_t block, Body body) {
  const int64_t blocks = (n + block - 1) / block;
  if (blocks <= 1) {
    if (n > 0) body(int64_t{0}, n);
    return;
  }
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < blocks; i++) {
    const int64_t begin = i * block;
    body(begin, begin + block < n ? begin + block : n);
  }
}
