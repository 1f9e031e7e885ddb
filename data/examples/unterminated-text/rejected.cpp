#include <cstring>

int clipped_length(const char* text) {
    char copy[4] = {};
    for (int i = 0; i < 4 && text[i] != '\0'; ++i) copy[i] = text[i];
    return static_cast<int>(std::strlen(copy));
}
