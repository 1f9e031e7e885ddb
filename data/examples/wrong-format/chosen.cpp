#include <cstdio>
#include <string>

std::string bytes_text(long count) {
    char text[40];
    std::snprintf(text, sizeof text, "%ld bytes", count);
    return text;
}
