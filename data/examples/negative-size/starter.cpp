#include <cstring>

int clear_range(int* numbers, int from, int to) {
