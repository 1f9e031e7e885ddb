// log softmax(hidden Wᵀ / T) at each target and the entropy, over blocks of rows: [M, V] never
// exists as a whole. The gradient recomputes a block's logits z from the saved log-sum-exp:
//   dz = g · (1[target] − p) − h · p ⊙ (log p + H), with g and h the gradients of the two outputs,
//   dHidden = dz W / T,  dW = Σ blocks dzᵀ hidden / T (blocks in order)
#include <algorithm>
#include <cmath>
#include <vector>

#include "args.h"
#include "gemm.h"
#include "kernels.h"
#include "logits.h"
#include "vec.h"

namespace {

thread_local std::vector<float> blockMemory;

float* blockOf(int64_t rows, int64_t vocabulary) {
  if (blockMemory.size() < static_cast<size_t>(rows * vocabulary)) blockMemory.resize(rows * vocabulary);
  return blockMemory.data();
}

MULTIVERSION void summarise(const float* logits, int64_t vocabulary, float inverseT, int32_t target,
                            float* logprob, float* entropy, float* lse) {
  Vec top = VSPLAT(-INFINITY);
  for (int64_t j = 0; j < vocabulary; j += kLanes) {
    Vec z;
    if (j + kLanes <= vocabulary) {
      z = VLOAD(logits + j);
    } else {
      loadPart(&z, logits + j, vocabulary - j, -INFINITY);
    }
    top = z > top ? z : top;
  }
  const float highest = vmax(&top);
  Vec mass{}, weighted{};
  for (int64_t j = 0; j < vocabulary; j += kLanes) {
    Vec z;
    if (j + kLanes <= vocabulary) {
      z = VLOAD(logits + j);
    } else {
      loadPart(&z, logits + j, vocabulary - j, -1e30f);  // exp gives 0, and 0 · 1e30 is still 0
    }
    z = (z - highest) * inverseT;
    Vec e = z;
    vexp(&e);
    mass += e;
    weighted += e * z;
  }
  const float total = vsum(&mass), logTotal = std::log(total);
  *logprob = (logits[target] - highest) * inverseT - logTotal;
  *entropy = logTotal - vsum(&weighted) / total;
  *lse = highest * inverseT + logTotal;
}

MULTIVERSION void logitGradient(float* logits, int64_t vocabulary, float inverseT, int32_t target,
                                float lse, float entropy, float dLogprob, float dEntropy) {
  const float atTarget = dLogprob * inverseT;
  for (int64_t j = 0; j < vocabulary; j += kLanes) {
    const int64_t left = vocabulary - j;
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
  logits[target] += atTarget;
}

}  // namespace

/** tokenLogprobs(hidden [M, D], weight [V, D], targets [M], logprobs, entropy, lse, M, D, V, T) */
void tokenLogprobsKernel(Args& args) {
  const int64_t m = args.integer(6), d = args.integer(7), v = args.integer(8);
  const float inverseT = static_cast<float>(1 / args.number(9));
  const float* hidden = args.floats(0, m * d);
  const float* weight = args.floats(1, v * d);
  const int32_t* targets = args.ints(2, m);
  float* logprobs = args.floats(3, m);
  float* entropy = args.floats(4, m);
  float* lse = args.floats(5, m);
  for (int64_t r = 0; r < m; r++) {
    if (targets[r] < 0 || targets[r] >= v) throw std::runtime_error("tokenLogprobs: target out of range");
  }
  const int64_t block = std::min(m, logitRows(v));
  float* logits = blockOf(block, v);
  for (int64_t at = 0; at < m; at += block) {
    const int64_t rows = std::min(block, m - at);
    gemm({rows, v, d, false, true}, hidden + at * d, weight, nullptr, logits);
    parallelBlocks(rows, 8, [=](int64_t from, int64_t to) {
      for (int64_t r = from; r < to; r++) {
        const int64_t row = at + r;
        summarise(logits + r * v, v, inverseT, targets[row], logprobs + row, entropy + row, lse + row);
      }
    });
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
  const float* weight = args.floats(1, v * d);
  const int32_t* targets = args.ints(2, m);
  const float* lse = args.floats(3, m);
  const float* entropy = args.floats(4, m);
  const float* dLogprobs = args.floats(5, m);
  const float* dEntropy = args.floats(6, m);
  float* dHidden = args.floatsOrNull(7, m * d);
  float* dWeight = args.floatsOrNull(8, v * d);
  if (dWeight != nullptr && m == 0) std::fill(dWeight, dWeight + v * d, 0.f);
  const int64_t block = std::min(m, logitRows(v));
  float* logits = blockOf(block, v);
  for (int64_t at = 0; at < m; at += block) {
    const int64_t rows = std::min(block, m - at);
    gemm({rows, v, d, false, true}, hidden + at * d, weight, nullptr, logits);
    parallelBlocks(rows, 8, [=](int64_t from, int64_t to) {
      for (int64_t r = from; r < to; r++) {
        const int64_t row = at + r;
        logitGradient(logits + r * v, v, inverseT, targets[row], lse[row], entropy[row], dLogprobs[row],
                      dEntropy[row]);
      }
    });
    if (dHidden != nullptr) gemm({rows, d, v}, logits, weight, nullptr, dHidden + at * d);
    if (dWeight != nullptr) gemm({v, d, rows, true, false, at > 0}, logits, hidden + at * d, nullptr, dWeight);
  }
}
