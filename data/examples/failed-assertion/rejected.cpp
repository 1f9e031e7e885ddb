#include <cassert>

int discounted(int price, int percent) {
    assert(percent <= 100);
    return price - price * percent / 100;
}
