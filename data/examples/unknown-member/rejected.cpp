#include <string>

bool is_too_long(const std::string& text, int limit) {
    return static_cast<int>(text.len()) > limit;
}
