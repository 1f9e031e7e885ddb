double average(int a, int b) {
