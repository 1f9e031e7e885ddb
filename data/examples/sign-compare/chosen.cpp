#include <vector>

int first_negative(const std::vector<int>& values) {
    for (std::size_t i = 0; i < values.size(); ++i)
        if (values[i] < 0) return static_cast<int>(i);
    return -1;
}
