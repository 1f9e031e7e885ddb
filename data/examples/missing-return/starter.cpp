int sign_of(int number) {
