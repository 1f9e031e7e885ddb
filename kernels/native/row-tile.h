// The tile of row-products: R rows against C weight rows, sixteen sums that end in one vector. What
// includes this decides by its compiler target how wide a vector really is.
#pragma once
#include "row-products.h"
#include "shuffle.h"
#include "vec.h"

/** Where the even and the odd blocks of `Width` lanes lie in two vectors side by side. */
template <int Width>
INLINE constexpr int evenBlocks(int lane) {
  return lane / Width * 2 * Width + lane % Width;
}
template <int Width>
INLINE constexpr int oddBlocks(int lane) {
  return evenBlocks<Width>(lane) + Width;
}

/** One stage of `sumEach`: 2 · Width vectors become Width. */
template <int Width>
INLINE void addBlocks(Vec* v) {
#pragma GCC unroll 8
  for (int i = 0; i < Width; i++) {
    v[i] = VSHUFFLE(v[2 * i], v[2 * i + 1], evenBlocks<Width>) + VSHUFFLE(v[2 * i], v[2 * i + 1], oddBlocks<Width>);
  }
}

/** Sixteen vectors → the vector of their sums; each sum is the tree of `vsum`. */
INLINE void sumEach(Vec* v, Vec* sums) {
  addBlocks<8>(v);
  addBlocks<4>(v);
  addBlocks<2>(v);
  addBlocks<1>(v);
  *sums = v[0];
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
      __builtin_prefetch(w[c] + C * k + p, 0, 2);  // the next block of columns, on its way from memory
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
  if (row + R <= m && from + C <= to) {  // whole tiles: copies of known size
    for (int r = 0; r < R; r++) memcpy(out + (row + r) * stride + from, sums + r * C, C * sizeof(float));
    return;
  }
  const int64_t width = to - from < C ? to - from : C;
  for (int r = 0; r < R && row + r < m; r++) {
    memcpy(out + (row + r) * stride + from, sums + r * C, width * sizeof(float));
  }
}

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
    Vec acc[kSums];
#pragma GCC unroll 16
    for (int i = 0; i < kSums; i++) acc[i] = Vec{};
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
