#include <cstring>

int greeting_length(const char* name) {
    char buffer[8] = "Hello, ";
    char* end = buffer + std::strlen(buffer);
    for (const char* c = name; *c != '\0'; ++c) *end++ = *c;
    *end = '\0';
    return static_cast<int>(std::strlen(buffer));
}
