#pragma once
#include <cstdint>

/** One row's new token and the query heads that share a key head, against their cache. */
struct CachedRow {
  const float* q;       // [heads, headDim]
  const float* keys;    // [blocks, headDim, 16]
  const float* values;  // [positions, headDim]
  float* out;           // [heads, headDim]
  float* scores;        // scratch of `attend`
  int64_t capacity, seen, headDim;
};

constexpr int64_t kHeadsAtOnce = 4;

/** out = softmax(q keysᵀ / sqrt(headDim)) values over the positions seen; one thread. */
void attend(CachedRow row, int64_t heads);

/** Writes one key into its place among blocks of 16 positions. */
void storeKey(float* keys, const float* key, int64_t position, int64_t headDim);
