#include <vector>

int bonus_sum(const std::vector<int>& numbers) {
