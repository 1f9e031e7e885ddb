#include <string>

int doubled_length(int n) {
    std::string text = "ab";
    while (static_cast<int>(text.size()) < n) text += text;
    return static_cast<int>(text.size());
}
