#include <vector>

int last_of(const std::vector<int>& numbers) {
    if (numbers.empty()) return 0;
    return numbers[numbers.size() - 1];
}
