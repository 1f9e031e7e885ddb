// The tile of row-products: R rows against C weight rows, sixteen sums that end in one vector.
#pragma once
#include "vec.h"

/** Sixteen vectors → the vector of their sums; each sum is the tree of `vsum`. */
INLINE void sumEach(Vec* v, Vec* sums) {
  static const IntVec low8 = {0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23};
  static const IntVec low4 = {0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27};
  static const IntVec low2 = {0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29};
  static const IntVec low1 = {0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30};
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) {
    v[i] = __builtin_shuffle(v[2 * i], v[2 * i + 1], low8) + __builtin_shuffle(v[2 * i], v[2 * i + 1], low8 + 8);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    v[i] = __builtin_shuffle(v[2 * i], v[2 * i + 1], low4) + __builtin_shuffle(v[2 * i], v[2 * i + 1], low4 + 4);
  }
#pragma GCC unroll 2
  for (int i = 0; i < 2; i++) {
    v[i] = __builtin_shuffle(v[2 * i], v[2 * i + 1], low2) + __builtin_shuffle(v[2 * i], v[2 * i + 1], low2 + 2);
  }
  *sums = __builtin_shuffle(v[0], v[1], low1) + __builtin_shuffle(v[0], v[1], low1 + 1);
}

constexpr int kSums = 16;

/** acc[r · C + c] += x[r][·] · w[c][·] over whole vectors, then what is left of k. */
template <int R, int C, typename LoadWeight, typename LoadPart, typename W>
INLINE void multiply(Vec* acc, const float* const* x, const W* const* w, int64_t k, LoadWeight load,
                     LoadPart loadTail) {
  const int64_t whole = k / kLanes * kLanes;
  for (int64_t p = 0; p < whole; p += kLanes) {
    Vec left[R];
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) left[r] = VLOAD(x[r] + p);
#pragma GCC unroll 16
    for (int c = 0; c < C; c++) {
      Vec right;
      load(&right, w[c] + p);
      __builtin_prefetch(w[c] + C * k + p);  // the next block of columns, on its way from memory
#pragma GCC unroll 8
      for (int r = 0; r < R; r++) acc[r * C + c] += left[r] * right;
    }
  }
  if (whole == k) return;
  for (int c = 0; c < C; c++) {
    Vec right;
    loadTail(&right, w[c] + whole, k - whole);
    for (int r = 0; r < R; r++) acc[r * C + c] += VLOAD(x[r] + whole) * right;
  }
}

/**
 * Runs `tile<R, C>(rows, columns, sums)` over m rows and the columns [from, to), sixteen sums at a
 * time, and stores what lies inside. Rows and columns beyond the edge repeat the last one.
 */
template <int R, int C, typename Tile>
INLINE void overColumns(int64_t row, int64_t m, int64_t from, int64_t to, float* out, int64_t stride,
                        Tile tile) {
  int64_t rows[R];
  for (int r = 0; r < R; r++) rows[r] = row + r < m ? row + r : m - 1;
  int64_t columns[C];
  for (int c = 0; c < C; c++) columns[c] = from + c < to ? from + c : to - 1;
  float sums[kSums];
  tile(rows, columns, sums);
  const int64_t width = to - from < C ? to - from : C;
  for (int r = 0; r < R && row + r < m; r++) {
    memcpy(out + (row + r) * stride + from, sums + r * C, width * sizeof(float));
  }
}
