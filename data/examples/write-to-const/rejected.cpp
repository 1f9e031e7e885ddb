#include <vector>

int largest(const std::vector<int>& values) {
    for (std::size_t i = 1; i < values.size(); ++i)
        if (values[i] > values[0]) values[0] = values[i];
    return values[0];
}
