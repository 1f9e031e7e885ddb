static const int month_days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

int days_of_month(int month) {
    return month_days[month - 1];
}
