int leftmost_even_digit(int n) {
