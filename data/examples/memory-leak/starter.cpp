int different_digits(const char* text) {
