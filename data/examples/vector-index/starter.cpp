#include <vector>

int last_of(const std::vector<int>& numbers) {
