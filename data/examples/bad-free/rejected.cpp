#include <cstdlib>
#include <cstring>

int leading_blanks(const char* text) {
    char* copy = static_cast<char*>(std::malloc(std::strlen(text) + 1));
    std::strcpy(copy, text);
    int blanks = 0;
    for (; *copy == ' '; ++copy) ++blanks;
    std::free(copy);
    return blanks;
}
