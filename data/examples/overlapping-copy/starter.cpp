#include <cstring>

int drop_first(int* numbers, int n) {
