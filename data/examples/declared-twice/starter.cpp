long two_steps(long n) {
