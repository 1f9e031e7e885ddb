// Rotary position embedding, half-split: (x1, x2) → (x1 cos − x2 sin, x2 cos + x1 sin). Turning by
// the negative angle is both its inverse and its gradient.
#include "args.h"
#include "kernels.h"
#include "vec.h"

MULTIVERSION void turnHeads(const float* x, const float* cosines, const float* sines, float direction,
                            float* y, int64_t heads, int64_t half) {
  for (int64_t h = 0; h < heads; h++, x += 2 * half, y += 2 * half) {
#pragma omp simd
    for (int64_t i = 0; i < half; i++) {
      const float first = x[i], second = x[half + i];
      const float sine = sines[i] * direction;
      y[i] = first * cosines[i] - second * sine;
      y[half + i] = second * cosines[i] + first * sine;
    }
  }
}

/** rotary(x [N, heads · 2 · half], positions [N], cos, sin, y, heads, half, inverse) */
void rotaryKernel(Args& args) {
  const int64_t rows = args.length(1), heads = args.integer(5), half = args.integer(6);
  const int64_t width = heads * 2 * half;
  const float direction = args.flag(7) ? -1.f : 1.f;
  const float* x = args.floats(0, rows * width);
  const int32_t* positions = args.ints(1, rows);
  int64_t last = -1;
  for (int64_t r = 0; r < rows; r++) {
    if (positions[r] < 0) throw std::runtime_error("rotary: negative position");
    last = positions[r] > last ? positions[r] : last;
  }
  const float* cosines = args.floats(2, (last + 1) * half);
  const float* sines = args.floats(3, (last + 1) * half);
  float* y = args.floats(4, rows * width);
  parallelBlocks(rows, 64, [=](int64_t from, int64_t to) {
    for (int64_t r = from; r < to; r++) {
      const int64_t at = positions[r] * half;
      turnHeads(x + r * width, cosines + at, sines + at, direction, y + r * width, heads, half);
    }
  });
}
