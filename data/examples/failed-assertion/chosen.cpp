#include <cassert>

int discounted(int price, int percent) {
    if (percent > 100) percent = 100;
    return price - price * percent / 100;
}
