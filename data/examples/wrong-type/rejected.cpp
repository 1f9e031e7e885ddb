#include <string>

int count_letter(const std::string& text, char letter) {
    std::string found;
    for (char c : text)
        if (c == letter) found += c;
    return found;
}
