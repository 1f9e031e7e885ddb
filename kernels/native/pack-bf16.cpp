#include "pack-bf16.h"

#include <algorithm>

#include "bf16.h"
#include "shuffle.h"
#include "vec.h"

namespace {

constexpr int64_t kColumns = 64, kRows = 32, kPairs = kRows / 2;
constexpr int64_t kBlock = kRows * kColumns;

typedef uint32_t Words __attribute__((vector_size(64)));
typedef uint32_t WordsMemory __attribute__((vector_size(64), aligned(2), may_alias));

/** Lanes of rows i and i + Step after the exchange: each gives the other half of its blocks away. */
template <int Step>
INLINE constexpr int firstRow(int lane) {
  return lane & Step ? 16 + lane - Step : lane;
}
template <int Step>
INLINE constexpr int secondRow(int lane) {
  return lane & Step ? 16 + lane : lane + Step;
}

/** Swaps the halves of size `Step` between rows i and i + Step: one stage of a transposition. */
template <int Step>
INLINE void exchange(Words* w) {
#pragma GCC unroll 16
  for (int i = 0; i < 16; i++) {
    if (i & Step) continue;
    const Words a = w[i], b = w[i + Step];
    w[i] = VSHUFFLE(a, b, firstRow<Step>);
    w[i + Step] = VSHUFFLE(a, b, secondRow<Step>);
  }
}

/** 16 columns of 16 words (pairs of rows) → 16 rows of words; columns lie `stride` halves apart. */
MULTIVERSION void transposeWords(const uint16_t* from, int64_t stride, uint16_t* to) {
  Words w[16];
  for (int i = 0; i < 16; i++) w[i] = Words(*reinterpret_cast<const WordsMemory*>(from + i * stride));
  exchange<8>(w);
  exchange<4>(w);
  exchange<2>(w);
  exchange<1>(w);
  for (int i = 0; i < 16; i++) *reinterpret_cast<WordsMemory*>(to + i * 2 * kColumns) = w[i];
}

/** Two rows of 64 columns → their pairs. */
MULTIVERSION void interleave(const uint16_t* first, const uint16_t* second, uint16_t* to) {
#pragma omp simd
  for (int64_t c = 0; c < kColumns; c++) {
    uint32_t pair = first[c] | static_cast<uint32_t>(second[c]) << 16;
    memcpy(to + 2 * c, &pair, sizeof pair);
  }
}

struct Source {
  Matrix b;
  int64_t k, n, stride;  // from one stored row to the next
};

/** `count` stored numbers as halves; zeros up to `width`. */
void readHalves(const Source& s, int64_t at, int64_t count, uint16_t* out, int64_t width) {
  if (s.b.halves != nullptr) {
    memcpy(out, s.b.halves + at, count * sizeof(uint16_t));
  } else {
    roundToBf16(s.b.floats + at, out, count);
  }
  std::fill(out + count, out + width, uint16_t{0});
}

/** Stored [n, k]: each column of the block is contiguous. */
void packColumns(const Source& s, int64_t row, int64_t column, uint16_t* block) {
  const int64_t rows = std::min(kRows, s.k - row), columns = std::min(kColumns, s.n - column);
  uint16_t part[kColumns * kRows];
  const uint16_t* from = part;
  int64_t stride = kRows;
  if (s.b.halves != nullptr && rows == kRows && columns == kColumns) {
    from = s.b.halves + column * s.stride + row;
    stride = s.stride;
  } else {
    for (int64_t c = 0; c < kColumns; c++) {
      readHalves(s, (column + c) * s.stride + row, c < columns ? rows : 0, part + c * kRows, kRows);
    }
  }
  for (int64_t c = 0; c < kColumns; c += 16) transposeWords(from + c * stride, stride, block + 2 * c);
}

/** Stored [k, n]: each row of the block is contiguous. */
void packRows(const Source& s, int64_t row, int64_t column, uint16_t* block) {
  const int64_t columns = std::min(kColumns, s.n - column);
  uint16_t part[2][kColumns];
  for (int64_t pair = 0; pair < kPairs; pair++) {
    for (int64_t i = 0; i < 2; i++) {
      const int64_t r = row + 2 * pair + i;
      readHalves(s, r * s.stride + column, r < s.k ? columns : 0, part[i], kColumns);
    }
    interleave(part[0], part[1], block + pair * 2 * kColumns);
  }
}

}  // namespace

void packBf16(const Matrix& b, int64_t k, int64_t n, bool transposed, uint16_t* packed) {
  const Source source{b, k, n, transposed ? k : n};
  const int64_t panels = (n + kColumns - 1) / kColumns, blocks = (k + kRows - 1) / kRows;
  parallelBlocks(panels * blocks, 8, [=, &source](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++) {
      const int64_t row = i % blocks * kRows, column = i / blocks * kColumns;
      if (transposed) {
        packColumns(source, row, column, packed + i * kBlock);
      } else {
        packRows(source, row, column, packed + i * kBlock);
      }
    }
  });
}
