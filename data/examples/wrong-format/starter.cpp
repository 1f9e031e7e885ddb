#include <cstdio>
#include <string>

std::string bytes_text(long count) {
