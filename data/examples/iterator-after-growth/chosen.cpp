#include <vector>

int append_double(std::vector<int> numbers) {
    const int first = numbers.front();
    numbers.push_back(2 * first);
    return first + numbers.back();
}
