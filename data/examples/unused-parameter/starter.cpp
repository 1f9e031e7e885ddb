#include <vector>

