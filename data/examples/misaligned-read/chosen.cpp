#include <cstdint>
#include <cstring>

std::uint32_t read_number(const unsigned char* bytes, int at) {
    std::uint32_t number = 0;
    std::memcpy(&number, bytes + at, sizeof number);
    return number;
}
