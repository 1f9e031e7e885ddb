enum Level { low, high };

int is_high(int number) {
    Level level = low;
    *reinterpret_cast<int*>(&level) = number;
    return level == high ? 1 : 0;
}
