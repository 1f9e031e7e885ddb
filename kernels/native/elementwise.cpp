// Same-shape element by element operations and sums, for what residuals and gradients accumulate
// with. tfjs's own cpu kernels walk these in JavaScript.
#include <algorithm>
#include <vector>

#include "args.h"
#include "kernels.h"
#include "vec.h"

namespace {

constexpr int64_t kBlock = 1 << 15;

MULTIVERSION void addRange(const float* a, const float* b, float* c, int64_t n) {
#pragma omp simd
  for (int64_t i = 0; i < n; i++) c[i] = a[i] + b[i];
}

MULTIVERSION void subtractRange(const float* a, const float* b, float* c, int64_t n) {
#pragma omp simd
  for (int64_t i = 0; i < n; i++) c[i] = a[i] - b[i];
}

MULTIVERSION void multiplyRange(const float* a, const float* b, float* c, int64_t n) {
#pragma omp simd
  for (int64_t i = 0; i < n; i++) c[i] = a[i] * b[i];
}

MULTIVERSION void scaleRange(const float* a, float factor, float* c, int64_t n) {
#pragma omp simd
  for (int64_t i = 0; i < n; i++) c[i] = a[i] * factor;
}

MULTIVERSION double squaresRange(const float* a, int64_t n) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < n; i++) sum += static_cast<double>(a[i]) * a[i];
  return sum;
}

MULTIVERSION void addRows(const float* x, float* sum, int64_t rows, int64_t columns, int64_t stride) {
  for (int64_t r = 0; r < rows; r++) {
#pragma omp simd
    for (int64_t c = 0; c < columns; c++) sum[c] += x[r * stride + c];
  }
}

template <void (*Range)(const float*, const float*, float*, int64_t)>
void binary(Args& args) {
  const int64_t n = args.length(2);
  const float* a = args.floats(0, n);
  const float* b = args.floats(1, n);
  float* c = args.floats(2, n);
  parallelBlocks(n, kBlock, [=](int64_t from, int64_t to) { Range(a + from, b + from, c + from, to - from); });
}

}  // namespace

/** add(a, b, out); subtract and multiply alike. */
void addKernel(Args& args) { binary<addRange>(args); }
void subtractKernel(Args& args) { binary<subtractRange>(args); }
void multiplyKernel(Args& args) { binary<multiplyRange>(args); }

/** scale(a, factor, out) */
void scaleKernel(Args& args) {
  const int64_t n = args.length(2);
  const float* a = args.floats(0, n);
  const float factor = static_cast<float>(args.number(1));
  float* c = args.floats(2, n);
  parallelBlocks(n, kBlock, [=](int64_t from, int64_t to) { scaleRange(a + from, factor, c + from, to - from); });
}

/** sumOfSquares(a) → number, the same whatever the number of threads. */
void sumOfSquaresKernel(Args& args) {
  const int64_t n = args.length(0);
  const float* a = args.floats(0, n);
  std::vector<double> parts((n + kBlock - 1) / kBlock);
  double* out = parts.data();
  parallelBlocks(n, kBlock, [=](int64_t from, int64_t to) { out[from / kBlock] = squaresRange(a + from, to - from); });
  double sum = 0;
  for (double part : parts) sum += part;
  args.returnNumber(sum);
}

void columnSums(const float* x, float* sums, int64_t rows, int64_t columns) {
  constexpr int64_t block = 256;
  const int64_t blocks = (rows + block - 1) / block;
  std::vector<float> parts(blocks * columns);
  float* out = parts.data();
  parallelBlocks(rows, block, [=](int64_t from, int64_t to) {
    addRows(x + from * columns, out + from / block * columns, to - from, columns, columns);
  });
  std::fill(sums, sums + columns, 0.f);
  addRows(out, sums, blocks, columns, columns);
}

/** columnSums(x [rows, columns], out [columns], rows, columns) */
void columnSumsKernel(Args& args) {
  const int64_t rows = args.integer(2), columns = args.integer(3);
  columnSums(args.floats(0, rows * columns), args.floats(1, columns), rows, columns);
}
