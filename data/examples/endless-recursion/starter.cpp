int digit_sum(int number) {
