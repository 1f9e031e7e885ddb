long seconds_of(double hours) {
