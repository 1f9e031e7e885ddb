#include <cstring>

int clipped_length(const char* text) {
    char copy[5] = {};
    std::strncpy(copy, text, 4);
    return static_cast<int>(std::strlen(copy));
}
