#pragma once
#include <cstdint>

struct SamplingRules {
  float inverseT;
  bool greedy;
  int64_t topK;  // 0 = off
  double topP;   // 1 = off
  float minP;    // 0 = off
};

/** Draws one token from n logits by a uniform number in [0, 1); the same on every thread. */
void sampleRow(const float* logits, int64_t n, double uniform, const SamplingRules& rules, int32_t* id,
               float* logprob, float* plainLogprob);
