int leftmost_even_digit(int n) {
    int best = -1;
    for (; n > 0; n /= 10) {
        const int digit = n % 10;
        if (digit % 2 == 0) best = digit;
    }
    return best;
}
