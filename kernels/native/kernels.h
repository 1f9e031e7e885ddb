// Every function that JavaScript may call; each is described where it is defined.
#pragma once
#include <cstdint>

struct Args;

#define RLSF_KERNELS(X) \
  X(gemm)               \
  X(bf16Products)       \
  X(instructionSet)     \
  X(add)                \
  X(subtract)           \
  X(multiply)           \
  X(scale)              \
  X(sumOfSquares)       \
  X(columnSums)         \
  X(embedding)          \
  X(embeddingGradient)  \
  X(rmsNorm)            \
  X(rmsNormGradient)    \
  X(rotary)             \
  X(swiglu)             \
  X(swigluGradient)     \
  X(attention)          \
  X(attentionGradient)  \
  X(cachedAttention)    \
  X(tokenLogprobs)      \
  X(tokenLogprobsGradient) \
  X(tokenLogprobsExpected) \
  X(sampleTokens)       \
  X(createDecoder)      \
  X(decoderStep)        \
  X(toBf16)             \
  X(fromBf16)           \
  X(adamw)

#define RLSF_DECLARE(name) void name##Kernel(Args& args);
RLSF_KERNELS(RLSF_DECLARE)
#undef RLSF_DECLARE

/** sums[c] = Σ over rows of x[r, c], in an order that does not depend on threads. */
void columnSums(const float* x, float* sums, int64_t rows, int64_t columns);

/** y = x · scale · w by row, scale = 1 / sqrt(mean(x²) + eps), which is kept. */
void rmsNormRows(const float* x, const float* w, float* y, float* scales, int64_t rows, int64_t width, float eps);

/** y = silu(g) · u. */
void swigluRange(const float* g, const float* u, float* y, int64_t n);

/** Turns the heads of one row by its position's angles; direction −1 turns back. */
void turnHeads(const float* x, const float* cosines, const float* sines, float direction, float* y,
               int64_t heads, int64_t half);
