#include <vector>

int number_at(const std::vector<int>& numbers, int index) {
    return numbers.at(static_cast<std::size_t>(index));
}
