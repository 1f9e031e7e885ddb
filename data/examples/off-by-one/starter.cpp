int range_sum(int low, int high) {
