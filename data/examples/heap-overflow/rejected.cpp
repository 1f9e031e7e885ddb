long sum_squares(int n) {
    long* squares = new long[n];
    for (int i = 0; i <= n; ++i) squares[i] = static_cast<long>(i) * i;
    long sum = 0;
    for (int i = 0; i < n; ++i) sum += squares[i];
    delete[] squares;
    return sum;
}
