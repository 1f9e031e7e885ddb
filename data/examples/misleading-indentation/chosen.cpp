#include <vector>

int bonus_sum(const std::vector<int>& numbers) {
    if (numbers.empty()) return 0;
    int sum = 0;
    for (int number : numbers) {
        sum += number;
    }
    sum += 1000;
    return sum;
}
