#include <cstring>

int drop_first(int* numbers, int n) {
    std::memmove(numbers, numbers + 1, sizeof(int) * static_cast<std::size_t>(n - 1));
    return numbers[0];
}
