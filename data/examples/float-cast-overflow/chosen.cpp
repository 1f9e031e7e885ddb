long seconds_of(double hours) {
    return static_cast<long>(hours * 3600);
}
