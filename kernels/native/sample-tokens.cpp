// One token per row: repetition penalty, temperature, top-k, top-p, min-p, then the inverse of the
// cumulative distribution at the row's own uniform number. Same rules as src/tensor/sampling.ts.
#include <algorithm>
#include <cmath>
#include <vector>

#include "args.h"
#include "exponentiate.h"
#include "gemm.h"
#include "kernels.h"
#include "sample-tokens.h"

namespace {

thread_local std::vector<float> logitMemory;
thread_local std::vector<float> weightMemory;
thread_local std::vector<float> penalisedMemory;
thread_local std::vector<float> selectMemory;
thread_local std::vector<int32_t> orderMemory;

double sum(const float* weights, int64_t n) {
  double total = 0;
  for (int64_t j = 0; j < n; j++) total += weights[j];
  return total;
}

void dropBelow(float* weights, int64_t n, float threshold) {
  for (int64_t j = 0; j < n; j++) weights[j] = weights[j] < threshold ? 0.f : weights[j];
}

void keepTop(float* weights, int64_t n, int64_t k) {
  selectMemory.assign(weights, weights + n);
  std::nth_element(selectMemory.begin(), selectMemory.begin() + (k - 1), selectMemory.end(),
                   [](float a, float b) { return a > b; });
  dropBelow(weights, n, selectMemory[k - 1]);
}

void keepNucleus(float* weights, int64_t n, double topP) {
  orderMemory.clear();
  for (int64_t j = 0; j < n; j++) {
    if (weights[j] > 0) orderMemory.push_back(static_cast<int32_t>(j));
  }
  std::sort(orderMemory.begin(), orderMemory.end(), [=](int32_t a, int32_t b) {
    return weights[a] > weights[b] || (weights[a] == weights[b] && a < b);
  });
  const double mass = sum(weights, n);
  double kept = 0;
  for (int32_t j : orderMemory) {
    if (kept > 0 && kept >= topP * mass) {
      weights[j] = 0;
    } else {
      kept += weights[j];
    }
  }
}

/** A copy of the logits in which each seen one above 0 is divided by the penalty, each other one multiplied. */
const float* penalise(const float* logits, int64_t n, float penalty, const SeenRow& seen) {
  penalisedMemory.assign(logits, logits + n);
  for (int64_t i = 0; i < seen.count; i++) {
    const float logit = logits[seen.ids[i]];
    penalisedMemory[seen.ids[i]] = logit > 0 ? logit / penalty : logit * penalty;
  }
  return penalisedMemory.data();
}

}  // namespace

SamplingRules readRules(Args& args, size_t first, int64_t rows, int64_t vocabulary) {
  const double temperature = args.number(first);
  SamplingRules rules{temperature > 0 ? static_cast<float>(1 / temperature) : 1.f,
                      temperature == 0,
                      args.integer(first + 1),
                      args.number(first + 2),
                      static_cast<float>(args.number(first + 3)),
                      static_cast<float>(args.number(first + 4)),
                      nullptr,
                      nullptr};
  if (first + 6 >= args.count || args.isMissing(args.values[first + 5])) return rules;
  const int64_t total = args.length(first + 5);
  rules.seenIds = args.ints(first + 5, total);
  rules.seenStarts = args.ints(first + 6, rows + 1);
  bool fits = rules.seenStarts[0] >= 0 && rules.seenStarts[rows] <= total;
  for (int64_t r = 0; r < rows; r++) fits = fits && rules.seenStarts[r] <= rules.seenStarts[r + 1];
  for (int64_t i = 0; i < total; i++) fits = fits && rules.seenIds[i] >= 0 && rules.seenIds[i] < vocabulary;
  if (!fits) throw std::runtime_error("native: a seen id, or where a row of them starts, is out of range");
  return rules;
}

void sampleRow(const float* plainLogits, int64_t n, double uniform, const SamplingRules& rules, const SeenRow& seen,
               int32_t* id, float* logprob, float* plainLogprob) {
  if (weightMemory.size() < static_cast<size_t>(n)) weightMemory.resize(n);
  float* weights = weightMemory.data();
  const int64_t likeliest = std::max_element(plainLogits, plainLogits + n) - plainLogits;
  exponentiate(plainLogits, weights, n, plainLogits[likeliest], 1.f);
  const double plainMass = sum(weights, n);
  const bool changes = seen.count > 0;
  const float* logits = changes ? penalise(plainLogits, n, rules.penalty, seen) : plainLogits;
  const int64_t best = changes ? std::max_element(logits, logits + n) - logits : likeliest;
  int64_t chosen = best;
  *logprob = 0;
  if (!rules.greedy) {
    if (changes || rules.inverseT != 1.f) exponentiate(logits, weights, n, logits[best], rules.inverseT);
    if (rules.topK > 0 && rules.topK < n) keepTop(weights, n, rules.topK);
    if (rules.topP < 1) keepNucleus(weights, n, rules.topP);
    if (rules.minP > 0) dropBelow(weights, n, rules.minP);
    const double mass = sum(weights, n);
    double target = uniform * mass;
    for (int64_t j = 0; j < n; j++) {
      if (weights[j] == 0) continue;
      chosen = j;  // the last kept token takes what rounding leaves
      target -= weights[j];
      if (target < 0) break;
    }
    *logprob = static_cast<float>((static_cast<double>(logits[chosen]) - logits[best]) * rules.inverseT -
                                  std::log(mass));
  }
  *id = static_cast<int32_t>(chosen);
  *plainLogprob =
      static_cast<float>(static_cast<double>(plainLogits[chosen]) - plainLogits[likeliest] - std::log(plainMass));
}

/**
 * sampleTokens(hidden [N, D], weight [V, D], uniforms [N], ids, logprobs, plainLogprobs, N, D, V,
 *              temperature, topK, topP, minP, repetitionPenalty, seen ids | null, seen starts [N + 1] | null)
 */
void sampleTokensKernel(Args& args) {
  const int64_t n = args.integer(6), d = args.integer(7), v = args.integer(8);
  const SamplingRules rules = readRules(args, 9, n, v);
  const float* hidden = args.floats(0, n * d);
  const Matrix weight = args.matrix(1, v * d);
  const float* uniforms = args.floats(2, n);
  int32_t* ids = args.ints(3, n);
  float* logprobs = args.floats(4, n);
  float* plain = args.floats(5, n);
  const int64_t block = std::min<int64_t>(n, 64);
  if (logitMemory.size() < static_cast<size_t>(block * v)) logitMemory.resize(block * v);
  const float* logits = logitMemory.data();
  for (int64_t at = 0; at < n; at += block) {
    const int64_t rows = std::min(block, n - at);
    gemm({rows, v, d, false, true}, hidden + at * d, weight, nullptr, logitMemory.data());
#pragma omp parallel for schedule(static)
    for (int64_t r = 0; r < rows; r++) {
      const int64_t row = at + r;
      sampleRow(logits + r * v, v, uniforms[row], rules, rules.seen(row), ids + row, logprobs + row, plain + row);
    }
  }
}
