static int larger_after_discount(int first, int second) {
    const int a = first - 1;
    const int b = second - 1;
    return a > b ? a : b;
}

int best_price(int first, int second) {
    return larger_after_discount(first, second);
}
