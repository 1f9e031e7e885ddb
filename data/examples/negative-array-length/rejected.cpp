#include <vector>

int sum_up_to(int n) {
    int numbers[n];
    int sum = 0;
    for (int i = 0; i < n; ++i) sum += numbers[i] = i + 1;
    return sum;
}
