#include <cstring>

int clear_range(int* numbers, int from, int to) {
    const long count = to - from;
    std::memset(numbers + from, 0, static_cast<std::size_t>(count) * sizeof(int));
    return numbers[0];
}
