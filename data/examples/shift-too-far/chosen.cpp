long power_of_two(int n) {
    return 1L << n;
}
