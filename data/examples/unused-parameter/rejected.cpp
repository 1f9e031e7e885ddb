#include <vector>

static long taxed(long cents, long percent) {
    return cents + cents * 20 / 100;
}

long price(long cents) {
    return taxed(cents, 20);
}
