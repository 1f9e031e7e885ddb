// y = x · r · w with r = 1 / sqrt(mean(x²) + eps) per row; r is kept for the gradient:
//   dx = r · (w ⊙ dy) − x · r³ / D · Σ(w ⊙ dy ⊙ x),   dw = Σ over rows of dy ⊙ x · r
#include <algorithm>
#include <cmath>
#include <vector>

#include "args.h"
#include "kernels.h"
#include "vec.h"

MULTIVERSION void rmsNormRows(const float* x, const float* w, float* y, float* scales, int64_t rows,
                              int64_t width, float eps) {
  for (int64_t r = 0; r < rows; r++, x += width, y += width) {
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t c = 0; c < width; c++) sum += x[c] * x[c];
    const float scale = 1.f / std::sqrt(sum / static_cast<float>(width) + eps);
    scales[r] = scale;
#pragma omp simd
    for (int64_t c = 0; c < width; c++) y[c] = x[c] * scale * w[c];
  }
}

namespace {

constexpr int64_t kRows = 64;

MULTIVERSION void inputGradientRows(const float* x, const float* w, const float* scales,
                                    const float* dy, float* dx, int64_t rows, int64_t width) {
  for (int64_t r = 0; r < rows; r++, x += width, dy += width, dx += width) {
    float dot = 0;
#pragma omp simd reduction(+ : dot)
    for (int64_t c = 0; c < width; c++) dot += w[c] * dy[c] * x[c];
    const float scale = scales[r];
    const float back = dot * scale * scale * scale / static_cast<float>(width);
#pragma omp simd
    for (int64_t c = 0; c < width; c++) dx[c] = scale * w[c] * dy[c] - x[c] * back;
  }
}

MULTIVERSION void weightGradientRows(const float* x, const float* scales, const float* dy, float* dw,
                                     int64_t rows, int64_t width) {
  for (int64_t r = 0; r < rows; r++, x += width, dy += width) {
    const float scale = scales[r];
#pragma omp simd
    for (int64_t c = 0; c < width; c++) dw[c] += dy[c] * x[c] * scale;
  }
}

}  // namespace

/** rmsNorm(x [N, D], w [D], y [N, D], scales [N], N, D, eps) */
void rmsNormKernel(Args& args) {
  const int64_t rows = args.integer(4), width = args.integer(5);
  const float eps = static_cast<float>(args.number(6));
  const float* x = args.floats(0, rows * width);
  const float* w = args.floats(1, width);
  float* y = args.floats(2, rows * width);
  float* scales = args.floats(3, rows);
  parallelBlocks(rows, kRows, [=](int64_t from, int64_t to) {
    rmsNormRows(x + from * width, w, y + from * width, scales + from, to - from, width, eps);
  });
}

/** rmsNormGradient(x, w, scales, dy, dx | null, dw | null, N, D) */
void rmsNormGradientKernel(Args& args) {
  const int64_t rows = args.integer(6), width = args.integer(7);
  const float* x = args.floats(0, rows * width);
  const float* w = args.floats(1, width);
  const float* scales = args.floats(2, rows);
  const float* dy = args.floats(3, rows * width);
  float* dx = args.floatsOrNull(4, rows * width);
  float* dw = args.floatsOrNull(5, width);
  if (dx != nullptr) {
    parallelBlocks(rows, kRows, [=](int64_t from, int64_t to) {
      const int64_t at = from * width;
      inputGradientRows(x + at, w, scales + from, dy + at, dx + at, to - from, width);
    });
  }
  if (dw == nullptr) return;
  const int64_t block = 4 * kRows, blocks = (rows + block - 1) / block;
  std::vector<float> parts(blocks * width);
  float* out = parts.data();
  parallelBlocks(rows, block, [=](int64_t from, int64_t to) {
    const int64_t at = from * width;
    weightGradientRows(x + at, scales + from, dy + at, out + from / block * width, to - from, width);
  });
  columnSums(out, dw, blocks, width);
}
