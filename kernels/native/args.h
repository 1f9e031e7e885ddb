// Reading JavaScript arguments: every typed array is checked for its type and length, so a kernel
// never reads past its inputs.
#pragma once
#include <node_api.h>

#include <cstdint>
#include <stdexcept>
#include <string>

#include "matrix.h"

struct Args {
  static constexpr size_t kMax = 24;
  napi_env env;
  napi_value values[kMax];
  size_t count = kMax;
  napi_value result = nullptr;

  Args(napi_env e, napi_callback_info info) : env(e) {
    if (napi_get_cb_info(env, info, &count, values, nullptr, nullptr) != napi_ok || count > kMax) {
      throw std::runtime_error("native: could not read the arguments");
    }
  }

  float* floats(size_t i, int64_t atLeast) {
    return static_cast<float*>(typed(i, napi_float32_array, atLeast, "Float32Array"));
  }
  /** nullptr where null or undefined was passed. */
  float* floatsOrNull(size_t i, int64_t atLeast) {
    return missing(i) ? nullptr : floats(i, atLeast);
  }
  /** A Float32Array, or a Uint16Array of bfloat16 numbers. */
  Matrix matrix(size_t i, int64_t atLeast) {
    if (i >= count) throw std::runtime_error(at(i) + " is missing");
    return matrixOf(values[i], atLeast, at(i));
  }
  Matrix matrixOf(napi_value value, int64_t atLeast, const std::string& where) {
    napi_typedarray_type type;
    const bool half = napi_get_typedarray_info(env, value, &type, nullptr, nullptr, nullptr, nullptr) == napi_ok &&
                      type == napi_uint16_array;
    if (half) return {nullptr, static_cast<uint16_t*>(typed(value, napi_uint16_array, atLeast, "Uint16Array", where))};
    return {floatsOf(value, atLeast, where), nullptr};
  }
  float* floatsOf(napi_value value, int64_t atLeast, const std::string& where) {
    return static_cast<float*>(typed(value, napi_float32_array, atLeast, "Float32Array", where));
  }
  uint16_t* halves(size_t i, int64_t atLeast) {
    return static_cast<uint16_t*>(typed(i, napi_uint16_array, atLeast, "Uint16Array"));
  }
  int32_t* ints(size_t i, int64_t atLeast) {
    return static_cast<int32_t*>(typed(i, napi_int32_array, atLeast, "Int32Array"));
  }
  int64_t length(size_t i) { return i < count ? lengthOf(values[i]) : 0; }
  int64_t lengthOf(napi_value value) {
    size_t n = 0;
    napi_get_typedarray_info(env, value, nullptr, &n, nullptr, nullptr, nullptr);
    return static_cast<int64_t>(n);
  }
  bool isMissing(napi_value value) {
    napi_valuetype type;
    napi_typeof(env, value, &type);
    return type == napi_null || type == napi_undefined;
  }
  int64_t integer(size_t i) {
    int64_t value = 0;
    if (i >= count || napi_get_value_int64(env, values[i], &value) != napi_ok || value < 0) {
      throw std::runtime_error(at(i) + " must be an integer of at least 0");
    }
    return value;
  }
  double number(size_t i) {
    double value = 0;
    if (i >= count || napi_get_value_double(env, values[i], &value) != napi_ok) {
      throw std::runtime_error(at(i) + " must be a number");
    }
    return value;
  }
  bool flag(size_t i) {
    bool value = false;
    if (i >= count || napi_get_value_bool(env, values[i], &value) != napi_ok) {
      throw std::runtime_error(at(i) + " must be a boolean");
    }
    return value;
  }
  void returnText(const char* text) {
    napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &result);
  }
  void returnNumber(double value) { napi_create_double(env, value, &result); }

 private:
  static std::string at(size_t i) { return "native: argument " + std::to_string(i); }

  bool missing(size_t i) { return i >= count || isMissing(values[i]); }

  void* typed(size_t i, napi_typedarray_type wanted, int64_t atLeast, const char* name) {
    if (i >= count) throw std::runtime_error(at(i) + " must be a " + name);
    return typed(values[i], wanted, atLeast, name, at(i));
  }

  void* typed(napi_value value, napi_typedarray_type wanted, int64_t atLeast, const char* name,
              const std::string& where) {
    napi_typedarray_type type;
    size_t length = 0;
    void* data = nullptr;
    if (napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr) != napi_ok || type != wanted) {
      throw std::runtime_error(where + " must be a " + name);
    }
    if (static_cast<int64_t>(length) < atLeast) {
      throw std::runtime_error(where + " holds " + std::to_string(length) + " elements, expected " +
                               std::to_string(atLeast));
    }
    return data;
  }
};

/** Turns a C++ body into a Node-API callback; C++ exceptions become JavaScript errors. */
template <void (*Body)(Args&)>
napi_value exported(napi_env env, napi_callback_info info) {
  try {
    Args args(env, info);
    Body(args);
    return args.result;
  } catch (const std::exception& error) {
    napi_throw_error(env, nullptr, error.what());
    return nullptr;
  }
}
