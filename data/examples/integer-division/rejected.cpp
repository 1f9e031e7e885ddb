double average(int a, int b) {
    const int half = (a + b) / 2;
    return half;
}
