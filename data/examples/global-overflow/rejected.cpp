static const int month_days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

int days_of_month(int month) {
    const int* first = month_days;
    const int* days = month == 1 ? first : first + month;
    if (month < 12 && month > 1) --days;
    return *days;
}
