#pragma once
#include <cstdint>

#include "matrix.h"

/**
 * B [k, n] → the layout of oneDNN's bfloat16 products (its tag BA16a64b2a): panels of 64 columns, in
 * each the pairs of rows one after the other, column by column; zeros fill the last panel and the last
 * 32 rows. `transposed`: B is stored as [n, k]. Floats are rounded. oneDNN's own reorder to it is 3 to
 * 4 times slower.
 */
void packBf16(const Matrix& b, int64_t k, int64_t n, bool transposed, uint16_t* packed);
