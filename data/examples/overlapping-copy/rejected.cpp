#include <cstring>

int drop_first(int* numbers, int n) {
    const std::size_t size = sizeof(int) * static_cast<std::size_t>(n - 1);
    std::memcpy(numbers, numbers + 1, size);
    return numbers[0];
}
