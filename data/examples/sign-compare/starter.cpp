#include <vector>

int first_negative(const std::vector<int>& values) {
