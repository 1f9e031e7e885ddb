#pragma once
#include <cstdint>

/** out = in, exactly. */
void widenBf16(const uint16_t* in, float* out, int64_t n);

/** out = in, rounded to bfloat16 (to nearest, ties to even). */
void roundToBf16(const float* in, uint16_t* out, int64_t n);
