// Matrix products by oneDNN's `matmul` primitive, one cached primitive per shape: making one costs
// 0.1 to 0.5 ms, finding one under a microsecond. With bfloat16 products the operands are rounded on
// the way in (the right one is packed at the same time) and the sums stay float32.
#include "gemm.h"

#include <cstdlib>
#include <cstring>
#include <dnnl.hpp>
#include <unordered_map>

#include "args.h"
#include "kernels.h"

namespace {

using dnnl::memory;

struct Key {
  int64_t fields[7];
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
};

bool useBf16 = false;

struct Engine {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  std::unordered_map<Key, Product, KeyHash> products;
};

/** One per thread that runs JavaScript: worker threads share nothing. */
Engine& local() {
  thread_local Engine engine;
  return engine;
}

memory::desc matrix(int64_t batch, int64_t stride, int64_t rows, int64_t columns, bool transposed) {
  const int64_t rowStride = transposed ? 1 : columns;
  const int64_t columnStride = transposed ? rows : 1;
  if (batch == 1) {
    return {{rows, columns}, memory::data_type::f32, memory::dims{rowStride, columnStride}};
  }
  const int64_t count = stride == 0 ? 1 : batch;
  const int64_t step = stride == 0 ? rows * columns : stride;
  return {{count, rows, columns}, memory::data_type::f32, memory::dims{step, rowStride, columnStride}};
}

/** The operand's shape, rounded to bfloat16, in the layout that the product likes best. */
memory::desc rounded(const memory::desc& plain) {
  return {plain.dims(), memory::data_type::bf16, memory::format_tag::any};
}

/** Scratch for a rounded operand, from one call to the next. */
void* scratch(size_t bytes, int which) {
  struct Block {
    void* data = nullptr;
    size_t size = 0;
    ~Block() { free(data); }
  };
  thread_local Block blocks[2];
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

Product makeProduct(Engine& local, const Gemm& g, bool hasBias, bool bf16) {
  const auto a = matrix(g.batch, g.strideA, g.m, g.k, g.transposeA);
  const auto b = matrix(g.batch, g.strideB, g.k, g.n, g.transposeB);
  const auto c = matrix(g.batch, g.m * g.n, g.m, g.n, false);
  const memory::desc bias({1, g.n}, memory::data_type::f32, memory::dims{g.n, 1});
  dnnl::primitive_attr attributes;
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
                  {}, {}, {}, {}};
  if (bf16) {
    product.roundedA = memory(primitive.src_desc(), local.engine, nullptr);
    product.roundedB = memory(primitive.weights_desc(), local.engine, nullptr);
    product.roundA = dnnl::reorder(product.a, product.roundedA);
    product.roundB = dnnl::reorder(product.b, product.roundedB);
  }
  return product;
}

/** Rounds one operand into scratch memory. */
void round(Engine& engine, dnnl::reorder& reorder, memory& from, memory& to, int which) {
  to.set_data_handle(scratch(to.get_desc().get_size(), which));
  reorder.execute(engine.stream, from, to);
}

}  // namespace

void gemm(const Gemm& g, const float* a, const float* b, const float* bias, float* c) {
  if (g.batch == 0 || g.m == 0 || g.n == 0) return;
  if (g.k == 0) {
    if (!g.accumulate) memset(c, 0, sizeof(float) * g.batch * g.m * g.n);
    return;
  }
  Engine& engine = local();
  // With few rows, as in sampling, rounding the right operand would cost more than the product.
  constexpr int64_t fewRows = 192;
  const bool bf16 = useBf16 && g.m >= fewRows;
  const int64_t flags = g.transposeA | g.transposeB << 1 | g.accumulate << 2 | (bias != nullptr) << 3 | bf16 << 4;
  const Key key{{g.m, g.n, g.k, flags, g.batch, g.strideA, g.strideB}};
  auto found = engine.products.find(key);
  if (found == engine.products.end()) {
    // Packed batches bring a new number of rows every step: start over before this grows large.
    if (engine.products.size() >= 4096) engine.products.clear();
    found = engine.products.emplace(key, makeProduct(engine, g, bias != nullptr, bf16)).first;
  }
  Product& product = found->second;
  product.a.set_data_handle(const_cast<float*>(a));
  product.b.set_data_handle(const_cast<float*>(b));
  product.c.set_data_handle(c);
  const bool rounds = static_cast<bool>(product.roundA);
  if (rounds) {
    round(engine, product.roundA, product.a, product.roundedA, 0);
    round(engine, product.roundB, product.b, product.roundedB, 1);
  }
  std::unordered_map<int, memory> arguments{{DNNL_ARG_SRC, rounds ? product.roundedA : product.a},
                                            {DNNL_ARG_WEIGHTS, rounds ? product.roundedB : product.b},
                                            {DNNL_ARG_DST, product.c}};
  if (bias != nullptr) {
    product.bias.set_data_handle(const_cast<float*>(bias));
    arguments.emplace(DNNL_ARG_BIAS, product.bias);
  }
  product.primitive.execute(engine.stream, arguments);
  engine.stream.wait();
}

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
  using isa = dnnl::cpu_isa;
  args.returnText(has(isa::avx512_core_amx)    ? "AVX-512, BF16, AMX"
                  : has(isa::avx512_core_bf16) ? "AVX-512, BF16"
                  : has(isa::avx512_core)      ? "AVX-512"
                  : has(isa::avx2)             ? "AVX2"
                                               : "baseline");
}

/** gemm(a, b, bias | null, c, m, n, k, transposeA, transposeB, accumulate, batch, strideA, strideB) */
void gemmKernel(Args& args) {
  Gemm g{args.integer(4), args.integer(5), args.integer(6), args.flag(7),     args.flag(8),
         args.flag(9),    args.integer(10), args.integer(11), args.integer(12)};
  const int64_t last = g.batch > 0 ? g.batch - 1 : 0;
  gemm(g, args.floats(0, last * g.strideA + g.m * g.k), args.floats(1, last * g.strideB + g.k * g.n),
       args.floatsOrNull(2, g.n), args.floats(3, g.batch * g.m * g.n));
}
