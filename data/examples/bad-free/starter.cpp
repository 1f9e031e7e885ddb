#include <cstdlib>
#include <cstring>

int leading_blanks(const char* text) {
