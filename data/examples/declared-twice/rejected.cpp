long two_steps(long n) {
    long next = 3 * n + 1;
    long next = 3 * next + 1;
    return next;
}
