// One AdamW update in place, torch's order of operations; see src/tensor/composite-optimizer.ts.
#include <cmath>

#include "args.h"
#include "kernels.h"
#include "vec.h"

namespace {

struct Rule {
  float decay, beta1, rest1, beta2, rest2, epsilon, rate, rootScale;
};

MULTIVERSION void updateRange(float* p, const float* g, float* m, float* v, int64_t n, const Rule* rule) {
  const float decay = rule->decay, beta1 = rule->beta1, rest1 = rule->rest1;
  const float beta2 = rule->beta2, rest2 = rule->rest2;
  const float epsilon = rule->epsilon, rate = rule->rate, rootScale = rule->rootScale;
#pragma omp simd
  for (int64_t i = 0; i < n; i++) {
    const float mean = m[i] * beta1 + g[i] * rest1;
    const float square = v[i] * beta2 + g[i] * g[i] * rest2;
    m[i] = mean;
    v[i] = square;
    p[i] = p[i] * decay - rate * (mean / (std::sqrt(square) * rootScale + epsilon));
  }
}

}  // namespace

/** adamw(p, g, m, v, learningRate, beta1, beta2, epsilon, weightDecay, step) */
void adamwKernel(Args& args) {
  const int64_t n = args.length(0);
  float* p = args.floats(0, n);
  const float* g = args.floats(1, n);
  float* m = args.floats(2, n);
  float* v = args.floats(3, n);
  const double learningRate = args.number(4), beta1 = args.number(5), beta2 = args.number(6);
  const double step = args.number(9);
  const Rule rule{static_cast<float>(1 - learningRate * args.number(8)),
                  static_cast<float>(beta1),
                  static_cast<float>(1 - beta1),
                  static_cast<float>(beta2),
                  static_cast<float>(1 - beta2),
                  static_cast<float>(args.number(7)),
                  static_cast<float>(learningRate / (1 - std::pow(beta1, step))),
                  static_cast<float>(1 / std::sqrt(1 - std::pow(beta2, step)))};
  const Rule* shared = &rule;
  parallelBlocks(n, 1 << 14, [=](int64_t from, int64_t to) {
    updateRange(p + from, g + from, m + from, v + from, to - from, shared);
  });
}
