// Causal grouped-query attention over packed segments, and its gradient. One task is one segment
// and one key head with the query heads that share it; tasks never touch the same output, so the
// result does not depend on threads. Scores live in a strip of 32 queries by the keys they see:
// memory is linear in length. The gradient recomputes them from the saved log-sum-exp:
//   P = exp(S − lse),  dV = Pᵀ dO,  dP = dO Vᵀ,  dS = P ⊙ (dP − rowsum(dO ⊙ O)) / sqrt(d)
//   dQ = dS K,  dK = dSᵀ Q
#include <algorithm>
#include <cmath>
#include <vector>

#include "args.h"
#include "kernels.h"
#include "small-gemm.h"
#include "vec.h"

namespace {

constexpr int64_t kQueries = 32;

struct Dims {
  int64_t heads, kvHeads, headDim;
  int64_t width, group;  // headDim rounded up to whole vectors; query heads of a key head
  int64_t qStride() const { return heads * headDim; }
  int64_t kStride() const { return kvHeads * headDim; }
};

/** Aligned scratch that grows and stays with its thread. */
struct Scratch {
  std::vector<float> memory;
  float* take(int64_t count) {
    const size_t start = used;
    used += static_cast<size_t>(roundUp(count, kLanes));
    return memory.data() + start;
  }
  void reset(int64_t count) {
    if (memory.size() < static_cast<size_t>(count)) memory.resize(count);
    used = 0;
  }
  size_t used = 0;
};

thread_local Scratch scratch;

/** out [rows, width] = in [rows, headDim] with the padding zeroed. */
void copyRows(const float* in, int64_t stride, float* out, int64_t rows, int64_t headDim, int64_t width) {
  for (int64_t r = 0; r < rows; r++) {
    memcpy(out + r * width, in + r * stride, headDim * sizeof(float));
    std::fill(out + r * width + headDim, out + (r + 1) * width, 0.f);
  }
}

/** out [headDim, keys] = inᵀ, keys beyond `rows` zeroed. */
void transpose(const float* in, int64_t stride, float* out, int64_t rows, int64_t headDim, int64_t keys) {
  for (int64_t d = 0; d < headDim; d++) {
    for (int64_t r = 0; r < rows; r++) out[d * keys + r] = in[r * stride + d];
    std::fill(out + d * keys + rows, out + (d + 1) * keys, 0.f);
  }
}

/** Row i of the strip sees keys 0..first + i: softmax in place, zeros behind, returns lse. */
MULTIVERSION void softmaxRows(float* scores, int64_t stride, int64_t rows, int64_t first, int64_t keys,
                              float scale, float* lse, float* inverse) {
  for (int64_t i = 0; i < rows; i++) {
    float* row = scores + i * stride;
    const int64_t seen = first + i + 1;
    std::fill(row + seen, row + keys, -INFINITY);
    Vec top = VSPLAT(-INFINITY);
    for (int64_t j = 0; j < keys; j += kLanes) {
      const Vec s = VLOAD(row + j);
      top = s > top ? s : top;
    }
    const float highest = vmax(&top);
    Vec sum{};
    for (int64_t j = 0; j < keys; j += kLanes) {
      Vec e = (VLOAD(row + j) - highest) * scale;
      vexp(&e);
      VSTORE(row + j, e);
      sum += e;
    }
    const float total = vsum(&sum);
    lse[i] = highest * scale + std::log(total);
    inverse[i] = 1.f / total;
  }
}

/** scores → P = exp(scale · s − lse), zeros behind the diagonal. */
MULTIVERSION void weightRows(float* scores, int64_t stride, int64_t rows, int64_t first, int64_t keys,
                             float scale, const float* lse) {
  for (int64_t i = 0; i < rows; i++) {
    float* row = scores + i * stride;
    std::fill(row + first + i + 1, row + keys, -INFINITY);
    const float shift = lse[i];
    for (int64_t j = 0; j < keys; j += kLanes) {
      Vec e = VLOAD(row + j) * scale - shift;
      vexp(&e);
      VSTORE(row + j, e);
    }
  }
}

/** dP → dS = P ⊙ (dP − delta) · scale. */
MULTIVERSION void scoreGradientRows(const float* weights, float* back, int64_t stride, int64_t rows,
                                    int64_t keys, float scale, const float* delta) {
  for (int64_t i = 0; i < rows; i++) {
    const float* p = weights + i * stride;
    float* d = back + i * stride;
    const float shift = delta[i];
    for (int64_t j = 0; j < keys; j += kLanes) {
      const Vec s = VLOAD(p + j) * (VLOAD(d + j) - shift) * scale;
      VSTORE(d + j, s);
    }
  }
}

struct Forward {
  const float *q, *k, *v;
  float *out, *lse;
};

void forwardTask(const Dims& dims, const Forward& t, int64_t start, int64_t length, int64_t kvHead) {
  const int64_t hd = dims.headDim, width = dims.width, keys = roundUp(length, kLanes);
  scratch.reset(hd * keys + length * width + kQueries * (width * 2 + keys + 2) + 8 * kLanes);
  float* kt = scratch.take(hd * keys);
  float* values = scratch.take(length * width);
  float* queries = scratch.take(kQueries * width);
  float* mixed = scratch.take(kQueries * width);
  float* scores = scratch.take(kQueries * keys);
  float* inverse = scratch.take(kQueries);
  float* lse = scratch.take(kQueries);
  transpose(t.k + start * dims.kStride() + kvHead * hd, dims.kStride(), kt, length, hd, keys);
  copyRows(t.v + start * dims.kStride() + kvHead * hd, dims.kStride(), values, length, hd, width);
  const float scale = 1.f / std::sqrt(static_cast<float>(hd));
  for (int64_t head = kvHead * dims.group; head < (kvHead + 1) * dims.group; head++) {
    for (int64_t first = 0; first < length; first += kQueries) {
      const int64_t rows = std::min(kQueries, length - first);
      const int64_t seen = first + rows, padded = roundUp(seen, kLanes);
      const int64_t at = (start + first) * dims.qStride() + head * hd;
      copyRows(t.q + at, dims.qStride(), queries, rows, hd, width);
      smallGemm(queries, width, 1, kt, keys, scores, keys, rows, padded, hd, false);
      softmaxRows(scores, keys, rows, first, padded, scale, lse, inverse);
      smallGemm(scores, keys, 1, values, width, mixed, width, rows, width, seen, false);
      for (int64_t i = 0; i < rows; i++) {
        float* out = t.out + at + i * dims.qStride();
        for (int64_t d = 0; d < hd; d++) out[d] = mixed[i * width + d] * inverse[i];
        t.lse[(start + first + i) * dims.heads + head] = lse[i];
      }
    }
  }
}

struct Backward {
  const float *q, *k, *v, *out, *lse, *dOut;
  float *dq, *dk, *dv;
};

void backwardTask(const Dims& dims, const Backward& t, int64_t start, int64_t length, int64_t kvHead) {
  const int64_t hd = dims.headDim, width = dims.width, keys = roundUp(length, kLanes);
  scratch.reset(2 * hd * keys + 3 * length * width + kQueries * (3 * width + 2 * keys + 2) + 12 * kLanes);
  float* kt = scratch.take(hd * keys);
  float* vt = scratch.take(hd * keys);
  float* keyRows = scratch.take(length * width);
  float* dk = scratch.take(length * width);
  float* dv = scratch.take(length * width);
  float* queries = scratch.take(kQueries * width);
  float* dOut = scratch.take(kQueries * width);
  float* dq = scratch.take(kQueries * width);
  float* weights = scratch.take(kQueries * keys);
  float* back = scratch.take(kQueries * keys);
  float* lse = scratch.take(kQueries);
  float* delta = scratch.take(kQueries);
  const int64_t kAt = start * dims.kStride() + kvHead * hd;
  transpose(t.k + kAt, dims.kStride(), kt, length, hd, keys);
  transpose(t.v + kAt, dims.kStride(), vt, length, hd, keys);
  copyRows(t.k + kAt, dims.kStride(), keyRows, length, hd, width);
  std::fill(dk, dk + length * width, 0.f);
  std::fill(dv, dv + length * width, 0.f);
  const float scale = 1.f / std::sqrt(static_cast<float>(hd));
  for (int64_t head = kvHead * dims.group; head < (kvHead + 1) * dims.group; head++) {
    for (int64_t first = 0; first < length; first += kQueries) {
      const int64_t rows = std::min(kQueries, length - first);
      const int64_t seen = first + rows, padded = roundUp(seen, kLanes);
      const int64_t at = (start + first) * dims.qStride() + head * hd;
      copyRows(t.q + at, dims.qStride(), queries, rows, hd, width);
      copyRows(t.dOut + at, dims.qStride(), dOut, rows, hd, width);
      for (int64_t i = 0; i < rows; i++) {
        const float* out = t.out + at + i * dims.qStride();
        float dot = 0;
        for (int64_t d = 0; d < hd; d++) dot += out[d] * dOut[i * width + d];
        delta[i] = dot;
        lse[i] = t.lse[(start + first + i) * dims.heads + head];
      }
      smallGemm(queries, width, 1, kt, keys, weights, keys, rows, padded, hd, false);
      weightRows(weights, keys, rows, first, padded, scale, lse);
      smallGemm(weights, 1, keys, dOut, width, dv, width, seen, width, rows, true);
      smallGemm(dOut, width, 1, vt, keys, back, keys, rows, padded, hd, false);
      scoreGradientRows(weights, back, keys, rows, padded, scale, delta);
      smallGemm(back, keys, 1, keyRows, width, dq, width, rows, width, seen, false);
      smallGemm(back, 1, keys, queries, width, dk, width, seen, width, rows, true);
      for (int64_t i = 0; i < rows; i++) {
        memcpy(t.dq + at + i * dims.qStride(), dq + i * width, hd * sizeof(float));
      }
    }
  }
  for (int64_t i = 0; i < length; i++) {
    memcpy(t.dk + kAt + i * dims.kStride(), dk + i * width, hd * sizeof(float));
    memcpy(t.dv + kAt + i * dims.kStride(), dv + i * width, hd * sizeof(float));
  }
}

Dims readDims(Args& args, size_t at) {
  Dims dims{args.integer(at), args.integer(at + 1), args.integer(at + 2), 0, 0};
  if (dims.kvHeads < 1 || dims.heads % dims.kvHeads != 0) {
    throw std::runtime_error("attention: heads must be a multiple of kvHeads");
  }
  dims.width = roundUp(dims.headDim, kLanes);
  dims.group = dims.heads / dims.kvHeads;
  return dims;
}

/** One task per (segment, key head), the longest first so that no thread ends alone. */
template <typename Task>
void runTasks(const int32_t* segments, int64_t count, int64_t rows, int64_t kvHeads, Task task) {
  std::vector<int64_t> order(count);
  for (int64_t i = 0; i < count; i++) {
    order[i] = i;
    if (segments[i] < 0 || segments[i + 1] < segments[i] || segments[i + 1] > rows) {
      throw std::runtime_error("attention: segments must ascend within the rows");
    }
  }
  std::stable_sort(order.begin(), order.end(), [=](int64_t a, int64_t b) {
    return segments[a + 1] - segments[a] > segments[b + 1] - segments[b];
  });
  const int64_t* sorted = order.data();
#pragma omp parallel for schedule(dynamic)
  for (int64_t i = 0; i < count * kvHeads; i++) {
    const int64_t s = sorted[i / kvHeads];
    const int64_t length = segments[s + 1] - segments[s];
    if (length > 0) task(segments[s], length, i % kvHeads);
  }
}

}  // namespace

/** attention(q, k, v, segments, out, lse [N, heads], heads, kvHeads, headDim, N) */
void attentionKernel(Args& args) {
  const Dims dims = readDims(args, 6);
  const int64_t rows = args.integer(9), count = args.length(3) - 1;
  const int32_t* segments = args.ints(3, 1);
  const Forward t{args.floats(0, rows * dims.qStride()), args.floats(1, rows * dims.kStride()),
                  args.floats(2, rows * dims.kStride()), args.floats(4, rows * dims.qStride()),
                  args.floats(5, rows * dims.heads)};
  runTasks(segments, count, rows, dims.kvHeads, [&](int64_t start, int64_t length, int64_t head) {
    forwardTask(dims, t, start, length, head);
  });
}

/** attentionGradient(q, k, v, out, lse, dOut, segments, dq, dk, dv, heads, kvHeads, headDim, N) */
void attentionGradientKernel(Args& args) {
  const Dims dims = readDims(args, 10);
  const int64_t rows = args.integer(13), count = args.length(6) - 1;
  const int64_t queries = rows * dims.qStride(), keys = rows * dims.kStride();
  const int32_t* segments = args.ints(6, 1);
  const Backward t{args.floats(0, queries), args.floats(1, keys),
                   args.floats(2, keys),    args.floats(3, queries),
                   args.floats(4, rows * dims.heads), args.floats(5, queries),
                   args.floats(7, queries), args.floats(8, keys),
                   args.floats(9, keys)};
  runTasks(segments, count, rows, dims.kvHeads, [&](int64_t start, int64_t length, int64_t head) {
    backwardTask(dims, t, start, length, head);
  });
}
