#include <string>

int doubled_length(int n) {
    std::string text = "ab";
    for (int i = 0; i < n; ++i) text += text;
    return static_cast<int>(text.size());
}
