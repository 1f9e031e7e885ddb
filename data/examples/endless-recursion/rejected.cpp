int digit_sum(int number) {
    if (number == 0) return 0;
    if (number < 0) return digit_sum(number + number % 1);
    return number % 10 + digit_sum(number / 10);
}
