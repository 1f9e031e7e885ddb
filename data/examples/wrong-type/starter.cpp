#include <string>

int count_letter(const std::string& text, char letter) {
