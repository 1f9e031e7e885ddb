enum Level { low, high };

int is_high(int number) {
    if (number != low && number != high) return 0;
    const Level level = static_cast<Level>(number);
    return level == high ? 1 : 0;
}
