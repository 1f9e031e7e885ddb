static const int& larger_after_discount(int first, int second) {
    const int larger = (first > second ? first : second) - 1;
    return larger;
}

int best_price(int first, int second) {
    return larger_after_discount(first, second);
}
