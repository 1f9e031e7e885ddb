int hours_of(int day) {
