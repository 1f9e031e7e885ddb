int different_digits(const char* text) {
    bool* seen = new bool[10]();
    int count = 0;
    for (; *text != '\0'; ++text)
        if (*text >= '0' && *text <= '9' && !seen[*text - '0']) {
            seen[*text - '0'] = true;
            ++count;
        }
    delete[] seen;
    return count;
}
