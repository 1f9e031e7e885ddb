int hours_of(int day) {
    const int hours[7] = {8, 8, 8, 8, 6, 0, 0};
    return day < 6 ? hours[day - 1] : hours[day];
}
