#include <vector>

int find_sorted(const std::vector<int>& sorted, int target) {
    int low = 0;
    int high = static_cast<int>(sorted.size()) - 1;
    while (low <= high) {
        const int middle = low + (high - low) / 2;
        const int value = sorted[static_cast<std::size_t>(middle)];
        if (value == target) return middle;
        if (value < target) low = middle;
        else high = middle - 1;
    }
    return -1;
}
