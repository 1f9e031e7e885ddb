#include <vector>

long sum_of_squares(const std::vector<int>& numbers) {
    long total = 0;
    for (int number : numbers) total += static_cast<long>(number) * number;
    return total;
}
