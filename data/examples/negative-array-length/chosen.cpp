#include <vector>

int sum_up_to(int n) {
    if (n <= 0) return 0;
    std::vector<int> numbers(static_cast<std::size_t>(n));
    int sum = 0;
    for (int i = 0; i < n; ++i) sum += numbers[static_cast<std::size_t>(i)] = i + 1;
    return sum;
}
