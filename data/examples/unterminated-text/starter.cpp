#include <cstring>

int clipped_length(const char* text) {
