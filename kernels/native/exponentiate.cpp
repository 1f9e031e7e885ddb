#include "exponentiate.h"

#include "vec.h"

MULTIVERSION void exponentiate(const float* logits, float* weights, int64_t n, float highest, float inverseT) {
  for (int64_t j = 0; j < n; j += kLanes) {
    const int64_t left = n - j;
    Vec z;
    if (left >= kLanes) {
      z = VLOAD(logits + j);
    } else {
      loadPart(&z, logits + j, left, 0.f);
    }
    z = (z - highest) * inverseT;
    vexp(&z);
    if (left >= kLanes) {
      VSTORE(weights + j, z);
    } else {
      storePart(weights + j, &z, left);
    }
  }
}
