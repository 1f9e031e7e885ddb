#include <vector>

int number_at(const std::vector<int>& numbers, int index) {
    if (index < 0 || static_cast<std::size_t>(index) >= numbers.size()) return -1;
    return numbers[static_cast<std::size_t>(index)];
}
