#include <algorithm>

int median(int a, int b, int c) {
