#include <cstring>

int greeting_length(const char* name) {
