#include <cstdint>
#include <cstring>

std::uint32_t read_number(const unsigned char* bytes, int at) {
    const void* place = bytes + at;
    return *static_cast<const std::uint32_t*>(place);
}
