#include <vector>

int largest(const std::vector<int>& values) {
