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
  X(sampleTokens)       \
  X(adamw)

#define RLSF_DECLARE(name) void name##Kernel(Args& args);
RLSF_KERNELS(RLSF_DECLARE)
#undef RLSF_DECLARE

/** sums[c] = Σ over rows of x[r, c], in an order that does not depend on threads. */
void columnSums(const float* x, float* sums, int64_t rows, int64_t columns);
