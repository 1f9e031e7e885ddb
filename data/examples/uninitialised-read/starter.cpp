int points(int wins, int draws) {
