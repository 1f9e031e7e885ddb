// One token for each of a few rows through the whole decoder, in one call and one parallel region.
// As single operations a step of a small policy is mostly waiting: for tfjs, for threads to wake, for
// weights to be packed. Threads own ranges of outputs or whole rows; they meet at a barrier between
// phases. A row's numbers depend neither on the other rows nor on the number of threads.
#include <omp.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "args.h"
#include "bf16.h"
#include "cached-attention.h"
#include "gemm.h"
#include "kernels.h"
#include "row-products.h"
#include "sample-tokens.h"
#include "vec.h"

namespace {

struct Layer {
  const float *norm1, *norm2;
  Projection q, k, v, o, gate, up, down;
  float *keys, *values;
};

struct Decoder {
  int64_t hidden, heads, kvHeads, headDim, intermediate, vocabulary, maxRows, slots, blocks, positions;
  float eps;
  Matrix embedding, head;
  const float *norm, *cosines, *sines;
  std::vector<Layer> layers;

  // Scratch, [maxRows, ·] each. Products read rows whose stride is a multiple of 32, zero behind k.
  std::vector<float> x, normed, q, k, v, attended, gate, up, low, sums, logits;
  std::vector<uint16_t> rounded;
  std::vector<float> scales;
};

/** Threads of one region wait for each other: they spin for some microseconds, then let others run. */
class Barrier {
 public:
  void wait(int threads) {
    if (threads == 1) return;
    const int turn = turn_.load(std::memory_order_relaxed);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) == threads - 1) {
      arrived_.store(0, std::memory_order_relaxed);
      turn_.store(turn + 1, std::memory_order_release);
      return;
    }
    for (int i = 0; turn_.load(std::memory_order_acquire) == turn; i++) {
      if (i < 4000) {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
      } else {
        std::this_thread::yield();
      }
    }
  }

 private:
  alignas(64) std::atomic<int> arrived_{0};
  alignas(64) std::atomic<int> turn_{0};
};

/** What one thread does of a step. */
class Step {
 public:
  Step(Decoder& decoder, int64_t rows, bool rounds, Barrier& barrier, int thread, int threads)
      : d(decoder), rows_(rows), rounds_(rounds), barrier_(barrier), thread_(thread), threads_(threads) {}

  void run(const int32_t* ids, const int32_t* slots, const int32_t* positions) {
    embed(ids);
    meet();
    for (const Layer& layer : d.layers) {
      norm(layer.norm1);
      meet();
      const Rows h = input(d.normed, d.hidden);
      lowRank(h, {&layer.q, &layer.k, &layer.v});
      project(h, layer.q, 0, d.q);
      project(h, layer.k, stride(layer.q.rank), d.k);
      project(h, layer.v, stride(layer.q.rank) + stride(layer.k.rank), d.v);
      meet();
      attention(layer, slots, positions);
      meet();
      addProjection(input(d.attended, layer.o.in), layer.o);
      meet();
      norm(layer.norm2);
      meet();
      mix(layer);
      meet();
      addProjection(input(d.gate, layer.down.in), layer.down);
      meet();
    }
    norm(d.norm);
    meet();
    const Rows h = input(d.normed, d.hidden);
    const auto [from, to] = share(d.vocabulary);
    rowProducts(h, d.head, {}, nullptr, d.logits.data(), d.vocabulary, from, to);
    meet();
  }

  void sample(const float* uniforms, const SamplingRules& rules, int32_t* ids, float* logprobs, float* plain) {
    for (int64_t r = thread_; r < rows_; r += threads_) {
      sampleRow(d.logits.data() + r * d.vocabulary, d.vocabulary, uniforms[r], rules, rules.seen(r), ids + r,
                logprobs + r, plain + r);
    }
  }

 private:
  struct Range {
    int64_t from, to;
  };

  /** This thread's part of [0, n), in whole blocks of 16. */
  Range share(int64_t n) const {
    const int64_t blocks = (n + 15) / 16;
    return {std::min(n, blocks * thread_ / threads_ * 16), std::min(n, blocks * (thread_ + 1) / threads_ * 16)};
  }

  void meet() { barrier_.wait(threads_); }

  static int64_t stride(int64_t width) { return roundUp(width, 32); }

  Rows input(const std::vector<float>& values, int64_t width) const {
    return {values.data(), rounds_ ? d.rounded.data() : nullptr, rows_, width, stride(width)};
  }

  void round(const std::vector<float>& values, int64_t row, int64_t from, int64_t to, int64_t width) {
    const int64_t at = row * stride(width);
    if (rounds_) roundToBf16(values.data() + at + from, d.rounded.data() + at + from, to - from);
  }

  /** The padding behind k, which products multiply by what lies behind a weight row. */
  void pad(std::vector<float>& values, int64_t row, int64_t width) {
    const int64_t at = row * stride(width);
    std::fill(values.data() + at + width, values.data() + at + stride(width), 0.f);
    if (rounds_) std::fill(d.rounded.data() + at + width, d.rounded.data() + at + stride(width), uint16_t{0});
  }

  void embed(const int32_t* ids) {
    for (int64_t r = thread_; r < rows_; r += threads_) {
      float* x = d.x.data() + r * d.hidden;
      if (d.embedding.floats != nullptr) {
        memcpy(x, d.embedding.floats + ids[r] * d.hidden, d.hidden * sizeof(float));
      } else {
        widenBf16(d.embedding.halves + ids[r] * d.hidden, x, d.hidden);
      }
    }
  }

  void norm(const float* weight) {
    for (int64_t r = thread_; r < rows_; r += threads_) {
      rmsNormRows(d.x.data() + r * d.hidden, weight, d.normed.data() + r * stride(d.hidden), d.scales.data() + r, 1,
                  d.hidden, d.eps);
      pad(d.normed, r, d.hidden);
      round(d.normed, r, 0, d.hidden, d.hidden);
    }
  }

  /** low = scale · x Aᵀ of several projections of one input, side by side; a barrier only if there is one. */
  void lowRank(const Rows& x, std::initializer_list<const Projection*> projections) {
    int64_t at = 0;
    for (const Projection* p : projections) {
      if (p->rank > 0) {
        const Rows plain{x.floats, nullptr, x.m, x.k, x.stride};
        const auto [from, to] = share(p->rank);
        float* out = lowAt(at);
        rowProducts(plain, {p->a, nullptr}, {}, nullptr, out, stride(p->rank), from, to);
        for (int64_t r = 0; r < rows_; r++) {
          for (int64_t i = from; i < to; i++) out[r * stride(p->rank) + i] *= p->scale;
          if (thread_ == 0) std::fill(out + r * stride(p->rank) + p->rank, out + (r + 1) * stride(p->rank), 0.f);
        }
      }
      at += stride(p->rank);
    }
    if (at > 0) meet();
  }

  float* lowAt(int64_t ranksBefore) { return d.low.data() + d.maxRows * ranksBefore; }

  void product(const Rows& x, const Projection& p, int64_t ranksBefore, std::vector<float>& out, int64_t outStride,
               const Range& range) {
    Rows low;
    if (p.rank > 0) low = {lowAt(ranksBefore), nullptr, rows_, p.rank, stride(p.rank)};
    rowProducts(x, p.weight, low, p.b, out.data(), outStride, range.from, range.to);
    if (p.bias == nullptr) return;
    for (int64_t r = 0; r < rows_; r++) {
      for (int64_t o = range.from; o < range.to; o++) out[r * outStride + o] += p.bias[o];
    }
  }

  void project(const Rows& x, const Projection& p, int64_t ranksBefore, std::vector<float>& out) {
    product(x, p, ranksBefore, out, p.out, share(p.out));
  }

  /** x += projection of the rows: the residual. */
  void addProjection(const Rows& rows, const Projection& p) {
    lowRank(rows, {&p});
    const Range range = share(d.hidden);
    product(rows, p, 0, d.sums, d.hidden, range);
    for (int64_t r = 0; r < rows_; r++) {
      float* x = d.x.data() + r * d.hidden;
      const float* y = d.sums.data() + r * d.hidden;
      for (int64_t o = range.from; o < range.to; o++) x[o] += y[o];
    }
  }

  /** Writes the new keys and values, then attends; a task is one row and one key head. */
  void attention(const Layer& layer, const int32_t* slots, const int32_t* positions) {
    const int64_t hd = d.headDim, half = hd / 2, group = d.heads / d.kvHeads;
    const int64_t capacity = d.blocks * kLanes, perHead = capacity * hd;
    const int64_t width = d.heads * hd, outStride = stride(width);
    for (int64_t task = thread_; task < rows_ * d.kvHeads; task += threads_) {
      const int64_t r = task / d.kvHeads, head = task % d.kvHeads, position = positions[r];
      const float *cosines = d.cosines + position * half, *sines = d.sines + position * half;
      float* q = d.q.data() + r * width + head * group * hd;
      float* k = d.k.data() + (r * d.kvHeads + head) * hd;
      turnHeads(q, cosines, sines, 1.f, q, group, half);
      turnHeads(k, cosines, sines, 1.f, k, 1, half);
      const int64_t store = (slots[r] * d.kvHeads + head) * perHead;
      storeKey(layer.keys + store, k, position, hd);
      memcpy(layer.values + store + position * hd, d.v.data() + (r * d.kvHeads + head) * hd, hd * sizeof(float));
      float* out = d.attended.data() + r * outStride + head * group * hd;
      attend({q, layer.keys + store, layer.values + store, out, nullptr, capacity, position + int64_t{1}, hd}, group);
      round(d.attended, r, head * group * hd, (head + 1) * group * hd, width);
      if (head == 0) pad(d.attended, r, width);
    }
  }

  /** gate = silu(gate) · up, each thread on its columns. */
  void mix(const Layer& layer) {
    const Rows h = input(d.normed, d.hidden);
    lowRank(h, {&layer.gate, &layer.up});
    const Range range = share(d.intermediate);
    const int64_t outStride = stride(d.intermediate);
    product(h, layer.gate, 0, d.gate, outStride, range);
    product(h, layer.up, stride(layer.gate.rank), d.up, outStride, range);
    if (rounds_) meet();  // the rounded rows of the input give way to those of the output
    for (int64_t r = 0; r < rows_; r++) {
      float* gate = d.gate.data() + r * outStride + range.from;
      swigluRange(gate, d.up.data() + r * outStride + range.from, gate, range.to - range.from);
      round(d.gate, r, range.from, range.to, d.intermediate);
      if (thread_ == 0) pad(d.gate, r, d.intermediate);
    }
  }

  Decoder& d;
  const int64_t rows_;
  const bool rounds_;
  Barrier& barrier_;
  const int thread_, threads_;
};

/** Reads a list of typed arrays in order. */
class Arrays {
 public:
  Arrays(Args& args, size_t index) : args_(args), list_(args.values[index]) {}
  const float* floats(int64_t count) { return writable(count); }
  float* writable(int64_t count) {
    const napi_value value = next();
    return args_.floatsOf(value, count, where());
  }
  Matrix matrix(int64_t count) {
    const napi_value value = next();
    return args_.matrixOf(value, count, where());
  }
  const float* floatsOrNull(int64_t count) {
    const napi_value value = next();
    return args_.isMissing(value) ? nullptr : args_.floatsOf(value, count, where());
  }
  /** The length of the next array without taking it; 0 where it is null. */
  int64_t peekLength() {
    napi_value value;
    napi_get_element(args_.env, list_, at_, &value);
    return args_.isMissing(value) ? 0 : args_.lengthOf(value);
  }

 private:
  napi_value next() {
    napi_value value;
    napi_get_element(args_.env, list_, at_++, &value);
    return value;
  }
  /** The array that was taken last. */
  std::string where() const { return "createDecoder: array " + std::to_string(at_ - 1); }
  Args& args_;
  napi_value list_;
  uint32_t at_ = 0;
};

/** weight, bias | null, A | null, B | null. */
Projection readProjection(Arrays& arrays, int64_t out, int64_t in, const float*& scales) {
  Projection p;
  p.out = out;
  p.in = in;
  p.scale = *scales++;
  p.weight = arrays.matrix(out * in);
  p.bias = arrays.floatsOrNull(out);
  p.rank = arrays.peekLength() / in;
  p.a = arrays.floatsOrNull(p.rank * in);
  p.b = arrays.floatsOrNull(out * p.rank);
  return p;
}

void destroy(napi_env, void* data, void*) { delete static_cast<Decoder*>(data); }

}  // namespace

/**
 * createDecoder(arrays, hidden, heads, kvHeads, headDim, intermediate, vocabulary, layers, maxRows,
 *               slots, blocks, positions, eps, scales) → a handle. The arrays must live as long as it:
 * embedding [V, D], head [V, D], norm [D], cos and sin [positions, headDim / 2], then for each layer
 * norm1, norm2, q, k, v, o, gate, up, down (weight, bias, A, B each), keys, values. One scale for each
 * projection, in this order.
 */
void createDecoderKernel(Args& args) {
  auto d = std::make_unique<Decoder>();
  d->hidden = args.integer(1);
  d->heads = args.integer(2);
  d->kvHeads = args.integer(3);
  d->headDim = args.integer(4);
  d->intermediate = args.integer(5);
  d->vocabulary = args.integer(6);
  const int64_t layers = args.integer(7);
  d->maxRows = args.integer(8);
  d->slots = args.integer(9);
  d->blocks = args.integer(10);
  d->positions = args.integer(11);
  d->eps = static_cast<float>(args.number(12));
  const float* scale = args.floats(13, layers * 7);
  if (d->kvHeads < 1 || d->heads % d->kvHeads != 0) {
    throw std::runtime_error("createDecoder: expected heads to be a multiple of kvHeads, got " +
                             std::to_string(d->heads) + " and " + std::to_string(d->kvHeads));
  }
  Arrays arrays(args, 0);
  const int64_t q = d->heads * d->headDim, kv = d->kvHeads * d->headDim;
  const int64_t cache = d->slots * kv * d->blocks * kLanes;
  d->embedding = arrays.matrix(d->vocabulary * d->hidden);
  d->head = arrays.matrix(d->vocabulary * d->hidden);
  d->norm = arrays.floats(d->hidden);
  d->cosines = arrays.floats(d->positions * d->headDim / 2);
  d->sines = arrays.floats(d->positions * d->headDim / 2);
  int64_t rank = 0;
  for (int64_t i = 0; i < layers; i++) {
    Layer layer;
    layer.norm1 = arrays.floats(d->hidden);
    layer.norm2 = arrays.floats(d->hidden);
    layer.q = readProjection(arrays, q, d->hidden, scale);
    layer.k = readProjection(arrays, kv, d->hidden, scale);
    layer.v = readProjection(arrays, kv, d->hidden, scale);
    layer.o = readProjection(arrays, d->hidden, q, scale);
    layer.gate = readProjection(arrays, d->intermediate, d->hidden, scale);
    layer.up = readProjection(arrays, d->intermediate, d->hidden, scale);
    layer.down = readProjection(arrays, d->hidden, d->intermediate, scale);
    layer.keys = arrays.writable(cache);
    layer.values = arrays.writable(cache);
    rank = std::max({rank, layer.q.rank + layer.k.rank + layer.v.rank, layer.gate.rank + layer.up.rank, layer.o.rank,
                     layer.down.rank});
    d->layers.push_back(layer);
  }
  const int64_t rows = d->maxRows;
  const auto padded = [](int64_t width) { return roundUp(width, 32); };
  d->x.resize(rows * d->hidden);
  d->sums.resize(rows * d->hidden);
  d->scales.resize(rows);
  d->normed.resize(rows * padded(d->hidden));
  d->q.resize(rows * q);
  d->k.resize(rows * kv);
  d->v.resize(rows * kv);
  d->attended.resize(rows * padded(q));
  d->gate.resize(rows * padded(d->intermediate));
  d->up.resize(rows * padded(d->intermediate));
  d->rounded.resize(rows * padded(std::max({d->hidden, q, d->intermediate})));
  d->low.resize(rows * (padded(rank) + 2 * 32));  // each rank rounds up on its own
  d->logits.resize(rows * d->vocabulary);
  if (napi_create_external(args.env, d.get(), destroy, nullptr, &args.result) != napi_ok) {
    throw std::runtime_error("createDecoder: no handle");
  }
  d.release();
}

/**
 * decoderStep(decoder, ids [N], slots [N], positions [N], uniforms [N], ids out, logprobs, plainLogprobs,
 *             temperature, topK, topP, minP, repetitionPenalty, seen ids | null, seen starts [N + 1] | null):
 * one row a slot.
 */
void decoderStepKernel(Args& args) {
  void* handle = nullptr;
  if (napi_get_value_external(args.env, args.values[0], &handle) != napi_ok || handle == nullptr) {
    throw std::runtime_error("decoderStep: argument 0 must be a decoder");
  }
  Decoder& d = *static_cast<Decoder*>(handle);
  const int64_t rows = args.length(1);
  const int32_t *ids = args.ints(1, rows), *slots = args.ints(2, rows), *positions = args.ints(3, rows);
  const float* uniforms = args.floats(4, rows);
  int32_t* drawn = args.ints(5, rows);
  float *logprobs = args.floats(6, rows), *plain = args.floats(7, rows);
  const SamplingRules rules = readRules(args, 8, rows, d.vocabulary);
  if (rows > d.maxRows) {
    throw std::runtime_error("decoderStep: expected at most " + std::to_string(d.maxRows) + " rows, got " +
                             std::to_string(rows));
  }
  std::vector<bool> taken(d.slots);
  for (int64_t r = 0; r < rows; r++) {
    const bool fits = ids[r] >= 0 && ids[r] < d.vocabulary && slots[r] >= 0 && slots[r] < d.slots &&
                      positions[r] >= 0 && positions[r] < std::min(d.positions, d.blocks * kLanes);
    if (!fits) throw std::runtime_error("decoderStep: an id, slot or position is out of range");
    if (taken[slots[r]]) {
      throw std::runtime_error("decoderStep: expected each slot once, got two rows of slot " + std::to_string(slots[r]));
    }
    taken[slots[r]] = true;
  }
  if (rows == 0) return;
  const bool rounds = bf16Products() && hasBf16Dot();
  Barrier barrier;
#pragma omp parallel
  {
    Step step(d, rows, rounds, barrier, omp_get_thread_num(), omp_get_num_threads());
    step.run(ids, slots, positions);
    step.sample(uniforms, rules, drawn, logprobs, plain);
  }
}
