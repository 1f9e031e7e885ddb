long factorial(int n) {
    long product = 1;
    for (int i = 2; i <= n; ++i) product *= i;
    return product;
}
