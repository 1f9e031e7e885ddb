#include <cstring>

int is_set(unsigned char byte) {
    const bool setting = byte != 0;
    return setting ? 1 : 0;
}
