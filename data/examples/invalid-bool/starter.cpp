#include <cstring>

int is_set(unsigned char byte) {
