#include <vector>

int find_sorted(const std::vector<int>& sorted, int target) {
