#include <iostream>

int main() {
    int n = 0;
    std::cin >> n;
    while (n > 0) std::cout << "tick\n";
    return 0;
}
