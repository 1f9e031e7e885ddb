#include <vector>

long sum_of_squares(const std::vector<int>& numbers) {
