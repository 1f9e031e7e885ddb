#pragma once
#include <algorithm>
#include <cstdint>

/** The part of [rows, vocabulary] that is held at a time: at most four megabytes of logits. */
struct LogitTile {
  int64_t rows, columns;
};

/**
 * A small vocabulary is held whole. A large one goes by in strips, so that many rows share one
 * reading of the weights.
 */
inline LogitTile logitTile(int64_t rows, int64_t vocabulary) {
  constexpr int64_t whole = 8192, strip = 2048;
  if (vocabulary > whole) return {std::min<int64_t>(rows, 512), strip};
  const int64_t fit = (int64_t{1} << 19) / std::max<int64_t>(vocabulary, 1) / 16 * 16;
  return {std::min(rows, std::clamp<int64_t>(fit, 16, 512)), vocabulary};
}
