#include <cstring>

int table_sum(const int* numbers, int n) {
