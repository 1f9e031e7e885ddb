#include <cstdlib>

int reciprocal(int number) {
    if (number == 0) std::exit(1);
    return 1000 / number;
}
