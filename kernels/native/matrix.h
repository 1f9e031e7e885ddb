#pragma once
#include <cstdint>

/** A matrix as it is held: float32, or frozen weights in bfloat16. One of the two is null. */
struct Matrix {
  const float* floats = nullptr;
  const uint16_t* halves = nullptr;

  Matrix from(int64_t element) const {
    return {floats == nullptr ? nullptr : floats + element, halves == nullptr ? nullptr : halves + element};
  }
};
