#include <algorithm>
#include <vector>

double mid_range(const std::vector<double>& values) {
