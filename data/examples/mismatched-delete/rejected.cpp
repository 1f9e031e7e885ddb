#include <algorithm>

int median(int a, int b, int c) {
    int* sorted = new int[3]{a, b, c};
    std::sort(sorted, sorted + 3);
    const int middle = sorted[1];
    delete sorted;
    return middle;
}
