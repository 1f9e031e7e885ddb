#include <algorithm>
#include <vector>

double mid_range(const std::vector<double>& values) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    double middle = *low;
    return (*low + *high) / 2;
}
