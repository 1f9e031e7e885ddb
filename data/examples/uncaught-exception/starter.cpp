#include <vector>

int number_at(const std::vector<int>& numbers, int index) {
