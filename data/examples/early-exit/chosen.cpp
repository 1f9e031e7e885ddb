#include <cstdlib>

int reciprocal(int number) {
    if (number == 0) return -1;
    return 1000 / number;
}
