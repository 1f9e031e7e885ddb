#include <string>

int count_letter(const std::string& text, char letter) {
    int count = 0;
    for (char c : text)
        if (c == letter) ++count;
    return count;
}
