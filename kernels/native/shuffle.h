// Lanes of two vectors by constant numbers: the one builtin that GCC and clang do not share.
#pragma once
#include "vec.h"

/**
 * Lane i of the result is lane `from(i)` of a (0 to 15) and b (16 to 31), vectors of sixteen 4-byte
 * lanes; `from` is a constexpr function.
 */
#define VSHUFFLE(a, b, from) VSHUFFLE_LANES(a, b, VLANES(from))

#define VLANES(f) \
  f(0), f(1), f(2), f(3), f(4), f(5), f(6), f(7), f(8), f(9), f(10), f(11), f(12), f(13), f(14), f(15)
#if defined(__clang__)
#define VSHUFFLE_LANES(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define VSHUFFLE_LANES(a, b, ...) __builtin_shuffle(a, b, IntVec{__VA_ARGS__})
#endif
