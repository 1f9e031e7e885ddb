#include <algorithm>
#include <vector>

double mid_range(const std::vector<double>& values) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    return (*low + *high) / 2;
}
