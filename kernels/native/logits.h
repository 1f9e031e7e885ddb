#pragma once
#include <cstdint>

/** Rows of logits that are held at a time: about two megabytes of them. */
inline int64_t logitRows(int64_t vocabulary) {
  int64_t rows = (int64_t{1} << 19) / (vocabulary > 0 ? vocabulary : 1) / 16 * 16;
  return rows < 16 ? 16 : rows > 512 ? 512 : rows;
}
