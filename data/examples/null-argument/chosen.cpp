#include <cstring>

int table_sum(const int* numbers, int n) {
    int table[8] = {};
    if (n > 0) std::memcpy(table, numbers, sizeof(int) * static_cast<std::size_t>(n));
    int sum = 0;
    for (int number : table) sum += number;
    return sum;
}
