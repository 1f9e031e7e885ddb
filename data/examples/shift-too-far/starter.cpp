long power_of_two(int n) {
