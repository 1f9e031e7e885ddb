#include <cstring>

int is_set(unsigned char byte) {
    bool setting;
    std::memcpy(&setting, &byte, 1);
    return setting ? 1 : 0;
}
