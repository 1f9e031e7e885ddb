enum Level { low, high };

int is_high(int number) {
