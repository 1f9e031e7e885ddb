#include <string>

int doubled_length(int n) {
