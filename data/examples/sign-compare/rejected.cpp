#include <vector>

int first_negative(const std::vector<int>& values) {
    for (int i = 0; i < values.size(); ++i)
        if (values[i] < 0) return i;
    return -1;
}
