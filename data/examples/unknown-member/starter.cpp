#include <string>

bool is_too_long(const std::string& text, int limit) {
