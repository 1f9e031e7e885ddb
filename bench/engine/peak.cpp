// What this machine can do at most, as a roofline needs it: one JSON line with the products per second
// of float32 and bfloat16 (all threads, operands in registers) and the bytes per second read from memory.
#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

typedef float Vec __attribute__((vector_size(64)));

static double now() {
  using namespace std::chrono;
  return duration<double>(steady_clock::now().time_since_epoch()).count();
}

template <typename Body>
static double best(Body body) {
  double seconds = 1e9;
  for (int i = 0; i < 5; i++) {
    const double start = now();
    body();
    seconds = std::min(seconds, now() - start);
  }
  return seconds;
}

volatile float sink;
constexpr long kRounds = 20000000;
constexpr int kSums = 12;

static void floatProducts() {
#pragma omp parallel
  {
    Vec sum[kSums];
    for (int i = 0; i < kSums; i++) sum[i] = Vec{} + static_cast<float>(i);
    const Vec x = Vec{} + 0.999f, y = Vec{} + 0.001f;
    for (long n = 0; n < kRounds; n++) {
#pragma GCC unroll 12
      for (int i = 0; i < kSums; i++) sum[i] = sum[i] * x + y;
    }
    Vec total{};
    for (int i = 0; i < kSums; i++) total += sum[i];
    sink = total[0];
  }
}

#if defined(__AVX512BF16__)
static void halfProducts() {
#pragma omp parallel
  {
    __m512 sum[kSums];
    for (int i = 0; i < kSums; i++) sum[i] = _mm512_set1_ps(static_cast<float>(i));
    const __m512bh x = (__m512bh)_mm512_set1_ps(0.999f), y = (__m512bh)_mm512_set1_ps(0.001f);
    for (long n = 0; n < kRounds; n++) {
#pragma GCC unroll 12
      for (int i = 0; i < kSums; i++) sum[i] = _mm512_dpbf16_ps(sum[i], x, y);
    }
    float total = 0;
    for (int i = 0; i < kSums; i++) total += _mm512_reduce_add_ps(sum[i]);
    sink = total;
  }
}
#endif

int main() {
  const double lanes = 16.0, work = 2.0 * kRounds * kSums * omp_get_max_threads();
  const double floats = work * lanes / best(floatProducts);
  double halves = 0;
#if defined(__AVX512BF16__)
  halves = work * 2 * lanes / best(halfProducts);
#endif
  const size_t count = size_t{1} << 28;
  float* data = static_cast<float*>(aligned_alloc(size_t{2} << 20, count * sizeof(float)));
  memset(data, 0, count * sizeof(float));
  const double read = best([=] {
    float total = 0;
#pragma omp parallel for reduction(+ : total) schedule(static)
    for (size_t block = 0; block < count; block += 4096) {
      Vec sum[4] = {};
      for (size_t i = block; i < block + 4096; i += 64) {
        for (int j = 0; j < 4; j++) sum[j] += *reinterpret_cast<const Vec*>(data + i + 16 * j);
      }
      total += sum[0][0] + sum[1][1] + sum[2][2] + sum[3][3];
    }
    sink = total;
  });
  printf("{\"float32\": %.0f, \"bf16\": %.0f, \"bytes\": %.0f}\n", floats, halves, count * sizeof(float) / read);
}
