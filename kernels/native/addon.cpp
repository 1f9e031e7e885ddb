// The Node-API module: aligned memory, the number of threads, and the kernels.
#include <omp.h>
#include <stdlib.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

#include "args.h"
#include "gemm.h"
#include "kernels.h"

namespace {

#ifdef __linux__
/**
 * Large memory lies on huge pages, and children do not inherit it: to start a process (the judge
 * starts dozens a second) the kernel copies the parent's page tables, tens of milliseconds per
 * gigabyte.
 */
constexpr size_t kLarge = size_t{2} << 20;

void claim(void* data, size_t bytes) {
  madvise(data, bytes, MADV_HUGEPAGE);
  madvise(data, bytes, MADV_DONTFORK);
}

/** The allocator may hand the pages to others, who may need them in a child. */
void giveBack(void* data, size_t bytes) { madvise(data, bytes, MADV_DOFORK); }
#else
constexpr size_t kLarge = SIZE_MAX;
void claim(void*, size_t) {}
void giveBack(void*, size_t) {}
#endif

void release(napi_env, void* data, void* size) {
  const size_t bytes = reinterpret_cast<size_t>(size);
  if (bytes >= kLarge) giveBack(data, bytes);
  free(data);
}

/** allocate(bytes) → ArrayBuffer outside the JavaScript heap, not zeroed, aligned for vectors. */
void allocate(Args& args) {
  const size_t bytes = static_cast<size_t>(args.integer(0));
  const size_t alignment = bytes >= kLarge ? kLarge : 64;
  const size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  void* data = aligned_alloc(alignment, rounded == 0 ? alignment : rounded);
  if (data == nullptr) {
    throw std::runtime_error("native: out of memory (" + std::to_string(bytes) + " bytes)");
  }
  if (bytes >= kLarge) claim(data, rounded);
  if (napi_create_external_arraybuffer(args.env, data, bytes, release, reinterpret_cast<void*>(rounded), &args.result) != napi_ok) {
    release(args.env, data, reinterpret_cast<void*>(rounded));
    throw std::runtime_error("native: this Node.js does not take external memory");
  }
}

/** setThreads(count) */
void setThreads(Args& args) {
  omp_set_num_threads(static_cast<int>(args.integer(0)));
  forgetPrimitives();
}

void add(napi_env env, napi_value exports, const char* name, napi_callback callback) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
  napi_set_named_property(env, exports, name, function);
}

}  // namespace

NAPI_MODULE_INIT() {
  add(env, exports, "allocate", exported<allocate>);
  add(env, exports, "setThreads", exported<setThreads>);
#define RLSF_ADD(name) add(env, exports, #name, exported<name##Kernel>);
  RLSF_KERNELS(RLSF_ADD)
#undef RLSF_ADD
  return exports;
}
