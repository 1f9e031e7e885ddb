#include <cctype>
#include <cstdlib>
#include <cstring>

int capitalised(const char* text) {
    char* copy = static_cast<char*>(std::malloc(std::strlen(text) + 1));
    std::strcpy(copy, text);
    copy[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(copy[0])));
    const int changed = copy[0] != text[0] ? 1 : 0;
    if (changed == 0) std::free(copy);
    std::free(copy);
    return changed;
}
