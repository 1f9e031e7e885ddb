static int larger(int a, int b) {
    return a > b ? a : b;
}

int largest_of_three(int a, int b, int c) {
    return larger(a, b, c);
}
