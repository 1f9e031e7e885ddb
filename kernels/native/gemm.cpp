// Matrix products by oneDNN's `matmul` primitive, one cached primitive per shape: making one costs
// 0.1 to 0.5 ms, finding one under a microsecond. With bfloat16 products the operands are rounded on
// the way in (the right one is packed at the same time) and the sums stay float32.
#include "gemm.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <dnnl.hpp>
#include <unordered_map>

#include "args.h"
#include "bf16.h"
#include "kernels.h"
#include "pack-bf16.h"
#include "vec.h"

namespace {

using dnnl::memory;

struct Key {
  int64_t fields[9];
  bool operator==(const Key& other) const {
    return memcmp(fields, other.fields, sizeof fields) == 0;
  }
};

struct KeyHash {
  size_t operator()(const Key& key) const {
    uint64_t hash = 1469598103934665603u;
    for (int64_t field : key.fields) hash = (hash ^ static_cast<uint64_t>(field)) * 1099511628211u;
    return hash;
  }
};

struct Product {
  dnnl::matmul primitive;
  memory a, b, bias, c;
  /** Set for bfloat16: `a` and `b` are rounded into these, which are what is multiplied. */
  dnnl::reorder roundA, roundB;
  memory roundedA, roundedB;
  /** What the primitive works in; memory of the library's own would be mapped anew at every call. */
  memory work;
  /** `a` only has to be rounded as it lies; `b` goes into the layout that pack-bf16 knows. */
  bool roundsInPlace = false, packs = false;
};

bool useBf16 = false;

/**
 * Packed batches bring a new number of rows every step, and a primitive holds some 80 kB of code:
 * beyond this many, ours are dropped together; oneDNN's own cache drops the oldest.
 */
constexpr int kPrimitives = 256;

struct Engine {
  Engine() { dnnl::set_primitive_cache_capacity(kPrimitives); }
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  std::unordered_map<Key, Product, KeyHash> products;
};

/** One per thread that runs JavaScript: worker threads share nothing. */
Engine& local() {
  thread_local Engine engine;
  return engine;
}

/** `row` is the distance between stored rows; 0 where they touch. */
memory::desc matrix(int64_t batch, int64_t stride, int64_t rows, int64_t columns, bool transposed, int64_t row,
                    memory::data_type type = memory::data_type::f32) {
  const int64_t step = row != 0 ? row : transposed ? rows : columns;
  const int64_t rowStride = transposed ? 1 : step;
  const int64_t columnStride = transposed ? step : 1;
  if (batch == 1) return {{rows, columns}, type, memory::dims{rowStride, columnStride}};
  const int64_t count = stride == 0 ? 1 : batch;
  const int64_t between = stride == 0 ? rows * columns : stride;
  return {{count, rows, columns}, type, memory::dims{between, rowStride, columnStride}};
}

/** The operand's shape, rounded to bfloat16, in the layout that the product likes best. */
memory::desc rounded(const memory::desc& plain) {
  return {plain.dims(), memory::data_type::bf16, memory::format_tag::any};
}

/** Scratch that stays from one call to the next: the rounded operands, and the primitive's own. */
void* scratch(size_t bytes, int which) {
  struct Block {
    void* data = nullptr;
    size_t size = 0;
    ~Block() { free(data); }
  };
  thread_local Block blocks[3];
  Block& block = blocks[which];
  if (block.size < bytes) {
    free(block.data);
    block.size = (bytes + bytes / 4 + 63) / 64 * 64;
    block.data = aligned_alloc(64, block.size);
    if (block.data == nullptr) {
      block.size = 0;
      throw std::runtime_error("gemm: out of memory (" + std::to_string(bytes) + " bytes)");
    }
  }
  return block.data;
}

Product makeProduct(Engine& local, const Gemm& g, bool hasBias, bool bf16, bool halves) {
  const auto type = halves ? memory::data_type::bf16 : memory::data_type::f32;
  const auto a = matrix(g.batch, g.strideA, g.m, g.k, g.transposeA, g.rowA);
  const auto b = matrix(g.batch, g.strideB, g.k, g.n, g.transposeB, 0, type);
  const auto c = matrix(g.batch, g.m * g.n, g.m, g.n, false, g.rowC);
  const memory::desc bias({1, g.n}, memory::data_type::f32, memory::dims{g.n, 1});
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  if (g.accumulate) {
    dnnl::post_ops operations;
    operations.append_sum(1.f);
    attributes.set_post_ops(operations);
  }
  const memory::desc left = bf16 ? rounded(a) : a;
  const memory::desc right = bf16 ? rounded(b) : b;
#if DNNL_VERSION_MAJOR >= 3
  const auto primitive = hasBias
                             ? dnnl::matmul::primitive_desc(local.engine, left, right, bias, c, attributes)
                             : dnnl::matmul::primitive_desc(local.engine, left, right, c, attributes);
#else
  const auto description =
      hasBias ? dnnl::matmul::desc(left, right, bias, c) : dnnl::matmul::desc(left, right, c);
  const dnnl::matmul::primitive_desc primitive(description, attributes, local.engine);
#endif
  Product product{dnnl::matmul(primitive),
                  memory(a, local.engine, nullptr),
                  memory(b, local.engine, nullptr),
                  memory(bias, local.engine, nullptr),
                  memory(c, local.engine, nullptr),
                  {}, {}, {}, {}, memory(primitive.scratchpad_desc(), local.engine, nullptr)};
  if (bf16) {
    product.roundedA = memory(primitive.src_desc(), local.engine, nullptr);
    product.roundedB = memory(primitive.weights_desc(), local.engine, nullptr);
    product.roundA = dnnl::reorder(product.a, product.roundedA);
    product.roundB = dnnl::reorder(product.b, product.roundedB);
    const bool dense = g.batch == 1 && !g.transposeA && (g.rowA == 0 || g.rowA == g.k);
    product.roundsInPlace = dense && primitive.src_desc() == memory::desc({g.m, g.k}, memory::data_type::bf16,
                                                                          memory::format_tag::ab);
    product.packs = g.batch == 1 && primitive.weights_desc() == memory::desc({g.k, g.n}, memory::data_type::bf16,
                                                                             memory::format_tag::BA16a64b2a);
  }
  return product;
}

/** Rounds one operand into scratch memory. */
void round(Engine& engine, dnnl::reorder& reorder, memory& from, memory& to, int which) {
  to.set_data_handle(scratch(to.get_desc().get_size(), which));
  reorder.execute(engine.stream, from, to);
}

void multiply(const Gemm& g, const float* a, const Matrix& b, const float* bias, float* c) {
  Engine& engine = local();
  // With narrow operands, as LoRA's are, rounding would cost more than it saves. The number of tokens
  // must not decide: a token's numbers would depend on the others.
  constexpr int64_t narrow = 64;
  const bool halves = b.halves != nullptr;
  const bool bf16 = halves || (useBf16 && std::min(g.n, g.transposeA ? g.m : g.k) >= narrow);
  const int64_t flags =
      g.transposeA | g.transposeB << 1 | g.accumulate << 2 | (bias != nullptr) << 3 | bf16 << 4 | halves << 5;
  const Key key{{g.m, g.n, g.k, flags, g.batch, g.strideA, g.strideB, g.rowA, g.rowC}};
  auto found = engine.products.find(key);
  if (found == engine.products.end()) {
    if (engine.products.size() >= kPrimitives) engine.products.clear();
    found = engine.products.emplace(key, makeProduct(engine, g, bias != nullptr, bf16, halves)).first;
  }
  Product& product = found->second;
  product.a.set_data_handle(const_cast<float*>(a));
  product.b.set_data_handle(halves ? static_cast<void*>(const_cast<uint16_t*>(b.halves)) : const_cast<float*>(b.floats));
  product.c.set_data_handle(c);
  if (bf16) {
    if (product.roundsInPlace) {
      uint16_t* halvesOfA = static_cast<uint16_t*>(scratch(g.m * g.k * sizeof(uint16_t), 0));
      product.roundedA.set_data_handle(halvesOfA);
      parallelBlocks(g.m * g.k, 1 << 14, [=](int64_t from, int64_t to) { roundToBf16(a + from, halvesOfA + from, to - from); });
    } else {
      round(engine, product.roundA, product.a, product.roundedA, 0);
    }
    if (product.packs) {
      uint16_t* packed = static_cast<uint16_t*>(scratch(product.roundedB.get_desc().get_size(), 1));
      product.roundedB.set_data_handle(packed);
      packBf16(b, g.k, g.n, g.transposeB, packed);
    } else {
      round(engine, product.roundB, product.b, product.roundedB, 1);
    }
  }
  std::unordered_map<int, memory> arguments{{DNNL_ARG_SRC, bf16 ? product.roundedA : product.a},
                                            {DNNL_ARG_WEIGHTS, bf16 ? product.roundedB : product.b},
                                            {DNNL_ARG_DST, product.c}};
  if (bias != nullptr) {
    product.bias.set_data_handle(const_cast<float*>(bias));
    arguments.emplace(DNNL_ARG_BIAS, product.bias);
  }
  const size_t working = product.work.get_desc().get_size();
  if (working > 0) {
    product.work.set_data_handle(scratch(working, 2));
    arguments.emplace(DNNL_ARG_SCRATCHPAD, product.work);
  }
  product.primitive.execute(engine.stream, arguments);
  engine.stream.wait();
}

/** A float32 product with B in bfloat16: a few stored rows of B at a time are widened, exactly. */
void multiplyWidened(const Gemm& g, const float* a, const uint16_t* b, const float* bias, float* c) {
  constexpr int64_t partSize = int64_t{1} << 20;
  const int64_t stored = g.transposeB ? g.n : g.k, width = g.transposeB ? g.k : g.n;
  const int64_t part = std::max<int64_t>(64, partSize / width / 64 * 64);
  float* floats = static_cast<float*>(scratch(std::min(part, stored) * width * sizeof(float), 1));
  for (int64_t from = 0; from < stored; from += part) {
    const int64_t rows = std::min(part, stored - from);
    parallelBlocks(rows, 16, [=](int64_t first, int64_t last) {
      widenBf16(b + (from + first) * width, floats + first * width, (last - first) * width);
    });
    Gemm each = g;
    if (g.transposeB) {  // some columns of C
      each.n = rows;
      each.rowC = g.rowC != 0 ? g.rowC : g.n;
      multiply(each, a, {floats, nullptr}, bias == nullptr ? nullptr : bias + from, c + from);
    } else {  // some terms of every sum
      each.k = rows;
      each.rowA = g.rowA != 0 ? g.rowA : g.transposeA ? g.m : g.k;
      each.accumulate = g.accumulate || from > 0;
      multiply(each, a + from * (g.transposeA ? each.rowA : 1), {floats, nullptr}, from > 0 ? nullptr : bias, c);
    }
  }
}

}  // namespace

void gemm(const Gemm& g, const float* a, const Matrix& b, const float* bias, float* c) {
  if (g.batch == 0 || g.m == 0 || g.n == 0) return;
  if (g.k == 0) {
    if (!g.accumulate) memset(c, 0, sizeof(float) * g.batch * g.m * g.n);
    return;
  }
  if (b.halves != nullptr && !useBf16) {
    multiplyWidened(g, a, b.halves, bias, c);
  } else {
    multiply(g, a, b, bias, c);
  }
}

bool bf16Products() { return useBf16; }

void forgetPrimitives() { local().products.clear(); }

namespace {

/** oneDNN numbers instruction sets by bits, each with those that it includes. */
bool has(dnnl::cpu_isa wanted) {
  const auto bits = static_cast<unsigned>(wanted);
  return (static_cast<unsigned>(dnnl::get_effective_cpu_isa()) & bits) == bits;
}

}  // namespace

/** bf16Products(on): later products of many rows round their operands to bfloat16, or no longer do. */
void bf16ProductsKernel(Args& args) {
  const bool on = args.flag(0);
  if (on && !has(dnnl::cpu_isa::avx512_core_bf16)) {
    throw std::runtime_error(
        "bf16 products need a processor with AVX-512 BF16 or AMX, which this one has not");
  }
  useBf16 = on;
}

/** instructionSet() → the widest instructions that oneDNN's products use here. */
void instructionSetKernel(Args& args) {
#if defined(__aarch64__)
  args.returnText("NEON");
#else
  using isa = dnnl::cpu_isa;
  args.returnText(has(isa::avx512_core_amx)    ? "AVX-512, BF16, AMX"
                  : has(isa::avx512_core_bf16) ? "AVX-512, BF16"
                  : has(isa::avx512_core)      ? "AVX-512"
                  : has(isa::avx2)             ? "AVX2"
                                               : "baseline");
#endif
}

/** gemm(a, b, bias | null, c, m, n, k, transposeA, transposeB, accumulate, batch, strideA, strideB) */
void gemmKernel(Args& args) {
  Gemm g{args.integer(4), args.integer(5), args.integer(6), args.flag(7),     args.flag(8),
         args.flag(9),    args.integer(10), args.integer(11), args.integer(12)};
  const int64_t last = g.batch > 0 ? g.batch - 1 : 0;
  const Matrix b = args.matrix(1, last * g.strideB + g.k * g.n);
  if (b.halves != nullptr && g.batch != 1) throw std::runtime_error("gemm: bfloat16 weights take no batches");
  gemm(g, args.floats(0, last * g.strideA + g.m * g.k), b, args.floatsOrNull(2, g.n),
       args.floats(3, g.batch * g.m * g.n));
}
