#include <cstdint>
#include <cstring>

std::uint32_t read_number(const unsigned char* bytes, int at) {
