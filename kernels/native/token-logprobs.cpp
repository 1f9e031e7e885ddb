// log softmax(hidden Wᵀ / T) at each target and the entropy, over tiles of rows and vocabulary: [M, V]
// never exists as a whole. Strips of one row merge by their greatest logit (Milakov and Gimelshein,
// 2018). The gradient recomputes a tile's logits z from the saved log-sum-exp:
//   dz = g · (1[target] − p) − h · p ⊙ (log p + H), with g and h the gradients of the two outputs,
//   dHidden = Σ strips dz W / T (strips in order),  dW = Σ row blocks dzᵀ hidden / T (blocks in order)
// Where W is frozen and h = 0, dHidden = g (W[target] − Σ p W) / T: the forward pass sums p W on its way
// (as attention does with values) and nothing is recomputed.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "args.h"
#include "bf16.h"
#include "exponentiate.h"
#include "gemm.h"
#include "kernels.h"
#include "logits.h"
#include "vec.h"

namespace {

thread_local std::vector<float> blockMemory;

float* tileOf(const LogitTile& tile) {
  const size_t size = static_cast<size_t>(tile.rows * tile.columns);
  if (blockMemory.size() < size) blockMemory.resize(size);
  return blockMemory.data();
}

/** Σ exp(z) and Σ exp(z) z with z = (logit − highest) / T, over the strips of a row so far. */
struct Summary {
  float highest = -INFINITY, mass = 0, weighted = 0, atTarget = 0;
};

MULTIVERSION void summarise(const float* logits, int64_t count, float inverseT, Summary* summary) {
  Vec top = VSPLAT(-INFINITY);
  for (int64_t j = 0; j < count; j += kLanes) {
    Vec z;
    if (j + kLanes <= count) {
      z = VLOAD(logits + j);
    } else {
      loadPart(&z, logits + j, count - j, -INFINITY);
    }
    top = z > top ? z : top;
  }
  const float highest = vmax(&top);
  Vec mass{}, weighted{};
  for (int64_t j = 0; j < count; j += kLanes) {
    Vec z;
    if (j + kLanes <= count) {
      z = VLOAD(logits + j);
    } else {
      loadPart(&z, logits + j, count - j, -1e30f);  // exp gives 0, and 0 · 1e30 is still 0
    }
    z = (z - highest) * inverseT;
    Vec e = z;
    vexp(&e);
    mass += e;
    weighted += e * z;
  }
  summary->highest = highest;
  summary->mass = vsum(&mass);
  summary->weighted = vsum(&weighted);
}

/** Moves a summary to a higher greatest logit. */
void raise(Summary* summary, float highest, float inverseT) {
  if (summary->highest == highest) return;
  const float shift = (summary->highest - highest) * inverseT, factor = std::exp(shift);
  summary->weighted = summary->mass == 0 ? 0 : (summary->weighted + shift * summary->mass) * factor;
  summary->mass *= factor;
  summary->highest = highest;
}

void merge(Summary* total, Summary strip, float inverseT) {
  if (total->mass == 0) {
    strip.atTarget = total->atTarget;
    *total = strip;
    return;
  }
  const float highest = std::max(total->highest, strip.highest);
  raise(total, highest, inverseT);
  raise(&strip, highest, inverseT);
  total->mass += strip.mass;
  total->weighted += strip.weighted;
}

MULTIVERSION void scaleRow(float* row, int64_t count, float factor) {
#pragma omp simd
  for (int64_t i = 0; i < count; i++) row[i] *= factor;
}

MULTIVERSION void finish(const Summary* summary, float inverseT, float* logprob, float* entropy, float* lse) {
  const float logMass = std::log(summary->mass);
  *logprob = (summary->atTarget - summary->highest) * inverseT - logMass;
  *entropy = logMass - summary->weighted / summary->mass;
  *lse = summary->highest * inverseT + logMass;
}

/** `target` counts from the strip's first column and may lie outside. */
MULTIVERSION void logitGradient(float* logits, int64_t count, float inverseT, int64_t target, float lse,
                                float entropy, float dLogprob, float dEntropy) {
  const float atTarget = dLogprob * inverseT;
  for (int64_t j = 0; j < count; j += kLanes) {
    const int64_t left = count - j;
    Vec z;
    if (left >= kLanes) {
      z = VLOAD(logits + j);
    } else {
      loadPart(&z, logits + j, left, 0.f);
    }
    const Vec logp = z * inverseT - lse;
    Vec p = logp;
    vexp(&p);
    const Vec d = -(p * (dLogprob + dEntropy * (logp + entropy))) * inverseT;
    if (left >= kLanes) {
      VSTORE(logits + j, d);
    } else {
      storePart(logits + j, &d, left);
    }
  }
  if (target >= 0 && target < count) logits[target] += atTarget;
}

}  // namespace

/**
 * tokenLogprobs(hidden [M, D], weight [V, D], targets [M], logprobs, entropy, lse,
 *               expectation [M, D] | null, M, D, V, T); expectation = Σ p W.
 */
void tokenLogprobsKernel(Args& args) {
  const int64_t m = args.integer(7), d = args.integer(8), v = args.integer(9);
  const float inverseT = static_cast<float>(1 / args.number(10));
  const float* hidden = args.floats(0, m * d);
  const Matrix weight = args.matrix(1, v * d);
  const int32_t* targets = args.ints(2, m);
  float* logprobs = args.floats(3, m);
  float* entropy = args.floats(4, m);
  float* lse = args.floats(5, m);
  float* expectation = args.floatsOrNull(6, m * d);
  for (int64_t r = 0; r < m; r++) {
    if (targets[r] < 0 || targets[r] >= v) throw std::runtime_error("tokenLogprobs: target out of range");
  }
  const LogitTile tile = logitTile(m, v);
  float* logits = tileOf(tile);
  std::vector<Summary> summaries(tile.rows);
  Summary* summary = summaries.data();
  for (int64_t at = 0; at < m; at += tile.rows) {
    const int64_t rows = std::min(tile.rows, m - at);
    std::fill(summary, summary + rows, Summary{});
    for (int64_t first = 0; first < v; first += tile.columns) {
      const int64_t columns = std::min(tile.columns, v - first);
      const Matrix strip = weight.from(first * d);
      gemm({rows, columns, d, false, true}, hidden + at * d, strip, nullptr, logits);
      parallelBlocks(rows, 8, [=](int64_t from, int64_t to) {
        for (int64_t r = from; r < to; r++) {
          float* z = logits + r * columns;
          Summary own;
          summarise(z, columns, inverseT, &own);
          const int64_t target = targets[at + r] - first;
          if (target >= 0 && target < columns) summary[r].atTarget = z[target];
          const float before = summary[r].highest;
          merge(summary + r, own, inverseT);
          if (expectation == nullptr) continue;
          const float highest = summary[r].highest;
          exponentiate(z, z, columns, highest, inverseT);
          if (first > 0 && highest != before) {
            scaleRow(expectation + (at + r) * d, d, std::exp((before - highest) * inverseT));
          }
        }
      });
      if (expectation != nullptr) {
        gemm({rows, d, columns, false, false, first > 0}, logits, strip, nullptr, expectation + at * d);
      }
    }
    for (int64_t r = 0; r < rows; r++) {
      if (expectation != nullptr) scaleRow(expectation + (at + r) * d, d, 1.f / summary[r].mass);
      finish(summary + r, inverseT, logprobs + at + r, entropy + at + r, lse + at + r);
    }
  }
}

/**
 * tokenLogprobsGradient(hidden, weight, targets, lse, entropy, dLogprobs, dEntropy,
 *                       dHidden | null, dWeight | null, M, D, V, T)
 */
void tokenLogprobsGradientKernel(Args& args) {
  const int64_t m = args.integer(9), d = args.integer(10), v = args.integer(11);
  const float inverseT = static_cast<float>(1 / args.number(12));
  const float* hidden = args.floats(0, m * d);
  const Matrix weight = args.matrix(1, v * d);
  const int32_t* targets = args.ints(2, m);
  const float* lse = args.floats(3, m);
  const float* entropy = args.floats(4, m);
  const float* dLogprobs = args.floats(5, m);
  const float* dEntropy = args.floats(6, m);
  float* dHidden = args.floatsOrNull(7, m * d);
  float* dWeight = args.floatsOrNull(8, v * d);
  if (dWeight != nullptr && m == 0) std::fill(dWeight, dWeight + v * d, 0.f);
  const LogitTile tile = logitTile(m, v);
  float* logits = tileOf(tile);
  for (int64_t at = 0; at < m; at += tile.rows) {
    const int64_t rows = std::min(tile.rows, m - at);
    for (int64_t first = 0; first < v; first += tile.columns) {
      const int64_t columns = std::min(tile.columns, v - first);
      const Matrix strip = weight.from(first * d);
      gemm({rows, columns, d, false, true}, hidden + at * d, strip, nullptr, logits);
      parallelBlocks(rows, 8, [=](int64_t from, int64_t to) {
        for (int64_t r = from; r < to; r++) {
          const int64_t row = at + r;
          logitGradient(logits + r * columns, columns, inverseT, targets[row] - first, lse[row], entropy[row],
                        dLogprobs[row], dEntropy[row]);
        }
      });
      if (dHidden != nullptr) gemm({rows, d, columns, false, false, first > 0}, logits, strip, nullptr, dHidden + at * d);
      if (dWeight != nullptr) {
        gemm({columns, d, rows, true, false, at > 0}, logits, hidden + at * d, nullptr, dWeight + first * d);
      }
    }
  }
}

/**
 * tokenLogprobsExpected(expectation [M, D], weight, targets, dLogprobs, dHidden, M, D, V, T):
 * dHidden = g (W[target] − expectation) / T, for a frozen weight and no gradient of the entropy.
 */
void tokenLogprobsExpectedKernel(Args& args) {
  const int64_t m = args.integer(5), d = args.integer(6), v = args.integer(7);
  const float inverseT = static_cast<float>(1 / args.number(8));
  const float* expectation = args.floats(0, m * d);
  const Matrix weight = args.matrix(1, v * d);
  const int32_t* targets = args.ints(2, m);
  const float* dLogprobs = args.floats(3, m);
  float* dHidden = args.floats(4, m * d);
  for (int64_t r = 0; r < m; r++) {
    if (targets[r] < 0 || targets[r] >= v) throw std::runtime_error("tokenLogprobsExpected: target out of range");
  }
  parallelBlocks(m, 16, [=](int64_t from, int64_t to) {
    for (int64_t r = from; r < to; r++) {
      float* out = dHidden + r * d;
      if (weight.floats != nullptr) {
        memcpy(out, weight.floats + targets[r] * d, d * sizeof(float));
      } else {
        widenBf16(weight.halves + targets[r] * d, out, d);
      }
      const float* mean = expectation + r * d;
      const float factor = dLogprobs[r] * inverseT;
      for (int64_t i = 0; i < d; i++) out[i] = (out[i] - mean[i]) * factor;
    }
  });
}
