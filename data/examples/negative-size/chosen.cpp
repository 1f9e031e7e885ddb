#include <cstring>

int clear_range(int* numbers, int from, int to) {
    if (to > from) std::memset(numbers + from, 0, sizeof(int) * static_cast<std::size_t>(to - from));
    return numbers[0];
}
