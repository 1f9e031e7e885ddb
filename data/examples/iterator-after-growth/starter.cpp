#include <vector>

int append_double(std::vector<int> numbers) {
