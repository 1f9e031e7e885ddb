int points_of(char piece) {
