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

template <int Heads>
INLINE void attendHeads(const Row& row) {
  const int64_t hd = row.headDim, blocks = (row.seen + kLanes - 1) / kLanes;
  const float scale = 1.f / __builtin_sqrtf(static_cast<float>(hd));
  Vec top[Heads];
  for (int h = 0; h < Heads; h++) top[h] = VSPLAT(-INFINITY);
  for (int64_t block = 0; block < blocks; block++) {
    Vec score[Heads] = {};
    const float* keys = row.keys + block * hd * kLanes;
    for (int64_t d = 0; d < hd; d++) {
      const Vec key = VLOAD(keys + d * kLanes);
#pragma GCC unroll 4
      for (int h = 0; h < Heads; h++) score[h] += key * row.q[h * hd + d];
    }
    const int64_t left = row.seen - block * kLanes;
    for (int h = 0; h < Heads; h++) {
      if (left < kLanes) {
        float lanes[kLanes];
        memcpy(lanes, &score[h], sizeof lanes);
        loadPart(&score[h], lanes, left, -INFINITY);
      }
      VSTORE(row.scores + h * row.capacity + block * kLanes, score[h]);
      top[h] = score[h] > top[h] ? score[h] : top[h];
    }
  }
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
  for (int64_t from = 0; from < hd; from += kLanes) {
    const int64_t lanes = std::min<int64_t>(kLanes, hd - from);
    Vec mixed[Heads] = {};
    for (int64_t j = 0; j < row.seen; j++) {
      Vec value;
      if (lanes == kLanes) {
        value = VLOAD(row.values + j * hd + from);
      } else {
        loadPart(&value, row.values + j * hd + from, lanes, 0.f);
      }
#pragma GCC unroll 4
      for (int h = 0; h < Heads; h++) mixed[h] += value * row.scores[h * row.capacity + j];
    }
    for (int h = 0; h < Heads; h++) {
      const Vec out = mixed[h] * inverse[h];
      storePart(row.out + h * hd + from, &out, lanes);
    }
  }
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
