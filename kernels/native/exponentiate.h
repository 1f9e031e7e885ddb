#pragma once
#include <cstdint>

/** weights = exp((logits − highest) · inverseT), n floats; both may be the same row. */
void exponentiate(const float* logits, float* weights, int64_t n, float highest, float inverseT);
