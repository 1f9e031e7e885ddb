int points(int wins, int draws) {
    int points = 3 * wins;
    points += draws;
    return points;
}
