#include <cstdlib>

int reciprocal(int number) {
