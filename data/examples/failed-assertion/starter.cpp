#include <cassert>

int discounted(int price, int percent) {
