int sign_of(int number) {
    if (number > 0) return 1;
    if (number < 0) return -1;
}
