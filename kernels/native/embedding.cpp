// Rows of a table by index, and the sum of gradients back into the table. A thread owns columns,
// not rows, so every sum runs in the order of the tokens, whatever the number of threads.
#include <omp.h>

#include <algorithm>
#include <cstring>

#include "args.h"
#include "bf16.h"
#include "kernels.h"
#include "vec.h"

namespace {

MULTIVERSION void addColumns(const float* dy, const int32_t* ids, float* sum, int64_t rows,
                             int64_t width, int64_t from, int64_t to) {
  for (int64_t r = 0; r < rows; r++) {
    const float* source = dy + r * width;
    float* target = sum + ids[r] * width;
#pragma omp simd
    for (int64_t c = from; c < to; c++) target[c] += source[c];
  }
}

}  // namespace

/** embedding(table [V, D], ids [N], out [N, D], V, D) */
void embeddingKernel(Args& args) {
  const int64_t rows = args.length(1), vocabulary = args.integer(3), width = args.integer(4);
  const Matrix table = args.matrix(0, vocabulary * width);
  const int32_t* ids = args.ints(1, rows);
  float* out = args.floats(2, rows * width);
  for (int64_t r = 0; r < rows; r++) {
    if (ids[r] < 0 || ids[r] >= vocabulary) throw std::runtime_error("embedding: id out of range");
  }
  parallelBlocks(rows, 256, [=](int64_t from, int64_t to) {
    for (int64_t r = from; r < to; r++) {
      if (table.floats != nullptr) {
        memcpy(out + r * width, table.floats + ids[r] * width, width * sizeof(float));
      } else {
        widenBf16(table.halves + ids[r] * width, out + r * width, width);
      }
    }
  });
}

/** embeddingGradient(dy [N, D], ids [N], sum [V, D], V, D) */
void embeddingGradientKernel(Args& args) {
  const int64_t rows = args.length(1), vocabulary = args.integer(3), width = args.integer(4);
  const float* dy = args.floats(0, rows * width);
  const int32_t* ids = args.ints(1, rows);
  float* sum = args.floats(2, vocabulary * width);
  for (int64_t r = 0; r < rows; r++) {
    if (ids[r] < 0 || ids[r] >= vocabulary) throw std::runtime_error("embedding: id out of range");
  }
  std::fill(sum, sum + vocabulary * width, 0.f);
  parallelBlocks(width, std::max<int64_t>(64, roundUp(width / 16 + 1, 16)), [=](int64_t from, int64_t to) {
    addColumns(dy, ids, sum, rows, width, from, to);
  });
}
