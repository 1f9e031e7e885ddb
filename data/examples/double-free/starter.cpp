#include <cctype>
#include <cstdlib>
#include <cstring>

int capitalised(const char* text) {
