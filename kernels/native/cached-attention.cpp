// Attention of new tokens against a key/value cache. Keys are stored in blocks of 16 positions,
// [slots, kvHeads, blocks, headDim, 16], so that 16 scores come out of one vector without a
// horizontal sum; values as [slots, kvHeads, blocks · 16, headDim]. A row is computed on its own, in
// the order of positions: its numbers do not depend on the rows beside it.
#include <algorithm>
#include <cmath>
#include <vector>

#include "args.h"
#include "cached-attention.h"
#include "kernels.h"
#include "vec.h"

namespace {

using Row = CachedRow;

/** Scores of some blocks of 16 positions at once: enough sums in flight to hide their latency. */
template <int Heads, int Blocks>
INLINE void scoreBlocks(const Row& row, int64_t block, Vec* top) {
  const int64_t hd = row.headDim;
  Vec score[Heads][Blocks] = {};
  const float* keys = row.keys + block * hd * kLanes;
  for (int64_t d = 0; d < hd; d++) {
#pragma GCC unroll 4
    for (int b = 0; b < Blocks; b++) {
      const Vec key = VLOAD(keys + (b * hd + d) * kLanes);
#pragma GCC unroll 4
      for (int h = 0; h < Heads; h++) score[h][b] += key * row.q[h * hd + d];
    }
  }
#pragma GCC unroll 4
  for (int b = 0; b < Blocks; b++) {
    const int64_t at = (block + b) * kLanes, left = row.seen - at;
#pragma GCC unroll 4
    for (int h = 0; h < Heads; h++) {
      if (left < kLanes) {
        float lanes[kLanes];
        memcpy(lanes, &score[h][b], sizeof lanes);
        loadPart(&score[h][b], lanes, left, -INFINITY);
      }
      VSTORE(row.scores + h * row.capacity + at, score[h][b]);
      top[h] = score[h][b] > top[h] ? score[h][b] : top[h];
    }
  }
}

/** Sixteen features times `Slices` of the output; even and odd positions are summed apart. */
template <int Heads, int Slices>
INLINE void mixValues(const Row& row, int64_t from, int64_t lanes, const float* inverse) {
  const int64_t hd = row.headDim;
  Vec even[Heads][Slices] = {}, odd[Heads][Slices] = {};
  const auto add = [&](int64_t j, Vec(*sums)[Slices]) __attribute__((always_inline)) {
#pragma GCC unroll 2
    for (int s = 0; s < Slices; s++) {
      const float* at = row.values + j * hd + from + s * kLanes;
      Vec value;
      if (lanes == kLanes) {
        value = VLOAD(at);
      } else {
        loadPart(&value, at, lanes, 0.f);
      }
#pragma GCC unroll 4
      for (int h = 0; h < Heads; h++) sums[h][s] += value * row.scores[h * row.capacity + j];
    }
  };
  int64_t j = 0;
  for (; j + 2 <= row.seen; j += 2) {
    add(j, even);
    add(j + 1, odd);
  }
  if (j < row.seen) add(j, even);
#pragma GCC unroll 4
  for (int h = 0; h < Heads; h++) {
#pragma GCC unroll 2
    for (int s = 0; s < Slices; s++) {
      const Vec out = (even[h][s] + odd[h][s]) * inverse[h];
      storePart(row.out + h * hd + from + s * kLanes, &out, lanes);
    }
  }
}

template <int Heads>
INLINE void attendHeads(const Row& row) {
  const int64_t hd = row.headDim, blocks = (row.seen + kLanes - 1) / kLanes;
  const float scale = 1.f / __builtin_sqrtf(static_cast<float>(hd));
  Vec top[Heads];
  for (int h = 0; h < Heads; h++) top[h] = VSPLAT(-INFINITY);
  int64_t block = 0;
  for (; block + 4 <= blocks; block += 4) scoreBlocks<Heads, 4>(row, block, top);
  for (; block < blocks; block++) scoreBlocks<Heads, 1>(row, block, top);
  float inverse[Heads];
  for (int h = 0; h < Heads; h++) {
    const float highest = vmax(&top[h]);
    float* scores = row.scores + h * row.capacity;
    Vec sum{};
    for (int64_t j = 0; j < blocks * kLanes; j += kLanes) {
      Vec e = (VLOAD(scores + j) - highest) * scale;
      vexp(&e);
      VSTORE(scores + j, e);
      sum += e;
    }
    inverse[h] = 1.f / vsum(&sum);
  }
  int64_t from = 0;
  for (; from + 2 * kLanes <= hd; from += 2 * kLanes) mixValues<Heads, 2>(row, from, kLanes, inverse);
  for (; from < hd; from += kLanes) mixValues<Heads, 1>(row, from, std::min<int64_t>(kLanes, hd - from), inverse);
}

MULTIVERSION void attendSome(const Row* row, int64_t heads) {
  switch (heads) {
    case 1: return attendHeads<1>(*row);
    case 2: return attendHeads<2>(*row);
    case 3: return attendHeads<3>(*row);
    default: return attendHeads<4>(*row);
  }
}

thread_local std::vector<float> scoreMemory;

float* scoresOf(int64_t capacity) {
  if (scoreMemory.size() < static_cast<size_t>(kHeadsAtOnce * capacity)) {
    scoreMemory.resize(kHeadsAtOnce * capacity);
  }
  return scoreMemory.data();
}

}  // namespace

void attend(CachedRow row, int64_t heads) {
  row.scores = scoresOf(row.capacity);
  for (int64_t h = 0; h < heads; h += kHeadsAtOnce) {
    attendSome(&row, std::min(kHeadsAtOnce, heads - h));
    row.q += kHeadsAtOnce * row.headDim;
    row.out += kHeadsAtOnce * row.headDim;
  }
}

void storeKey(float* keys, const float* key, int64_t position, int64_t headDim) {
  float* block = keys + position / kLanes * headDim * kLanes + position % kLanes;
  for (int64_t d = 0; d < headDim; d++) block[d * kLanes] = key[d];
}

/**
 * cachedAttention(q [N, heads · headDim], k, v [N, kvHeads · headDim], keys, values, slots [N],
 *                 positions [N], out, heads, kvHeads, headDim, slotCount, blocks)
 */
void cachedAttentionKernel(Args& args) {
  const int64_t rows = args.length(5), heads = args.integer(8), kvHeads = args.integer(9);
  const int64_t hd = args.integer(10), slotCount = args.integer(11), blocks = args.integer(12);
  if (kvHeads < 1 || heads % kvHeads != 0) {
    throw std::runtime_error("cachedAttention: heads must be a multiple of kvHeads");
  }
  const int64_t group = heads / kvHeads, capacity = blocks * kLanes, perHead = capacity * hd;
  const float* q = args.floats(0, rows * heads * hd);
  const float* k = args.floats(1, rows * kvHeads * hd);
  const float* v = args.floats(2, rows * kvHeads * hd);
  float* keys = args.floats(3, slotCount * kvHeads * perHead);
  float* values = args.floats(4, slotCount * kvHeads * perHead);
  const int32_t* slots = args.ints(5, rows);
  const int32_t* positions = args.ints(6, rows);
  float* out = args.floats(7, rows * heads * hd);
  for (int64_t r = 0; r < rows; r++) {
    if (slots[r] < 0 || slots[r] >= slotCount || positions[r] < 0 || positions[r] >= capacity) {
      throw std::runtime_error("cachedAttention: slot or position outside the cache");
    }
  }
  const int64_t tasks = rows * kvHeads;
#pragma omp parallel for schedule(static)
  for (int64_t task = 0; task < tasks; task++) {
    const int64_t r = task / kvHeads, head = task % kvHeads, position = positions[r];
    storeKey(keys + (slots[r] * kvHeads + head) * perHead, k + (r * kvHeads + head) * hd, position, hd);
    memcpy(values + (slots[r] * kvHeads + head) * perHead + position * hd, v + (r * kvHeads + head) * hd,
           hd * sizeof(float));
  }
#pragma omp parallel for schedule(dynamic, 2)
  for (int64_t task = 0; task < tasks; task++) {
    const int64_t r = task / kvHeads, kvHead = task % kvHeads;
    const int64_t store = (slots[r] * kvHeads + kvHead) * perHead;
    const int64_t at = (r * heads + kvHead * group) * hd;
    attend({q + at, keys + store, values + store, out + at, nullptr, capacity, positions[r] + int64_t{1}, hd}, group);
  }
}
