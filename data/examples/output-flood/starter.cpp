#include <iostream>

int main() {
