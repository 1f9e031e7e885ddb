#pragma once
#include <cstdint>

#include "args.h"

/** One row's ids that the repetition penalty is about; a repeated one counts once. */
struct SeenRow {
  const int32_t* ids;
  int64_t count;
};

struct SamplingRules {
  float inverseT;
  bool greedy;
  int64_t topK;  // 0 = off
  double topP;   // 1 = off
  float minP;    // 0 = off
  float penalty;  // 1 = off
  // Row r is about ids[starts[r]] to ids[starts[r + 1]]; null: about none.
  const int32_t *seenIds, *seenStarts;

  SeenRow seen(int64_t row) const {
    if (penalty == 1.f || seenStarts == nullptr) return {nullptr, 0};
    return {seenIds + seenStarts[row], seenStarts[row + 1] - seenStarts[row]};
  }
};

/** temperature, topK, topP, minP, repetitionPenalty, seen ids | null, seen starts [rows + 1] | null, from `first`. */
SamplingRules readRules(Args& args, size_t first, int64_t rows, int64_t vocabulary);

/** Draws one token from n logits by a uniform number in [0, 1); the same on every thread. */
void sampleRow(const float* logits, int64_t n, double uniform, const SamplingRules& rules, const SeenRow& seen,
               int32_t* id, float* logprob, float* plainLogprob);
