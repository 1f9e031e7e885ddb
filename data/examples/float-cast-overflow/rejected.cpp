long seconds_of(double hours) {
    const int seconds = static_cast<int>(hours * 3600);
    return seconds;
}
