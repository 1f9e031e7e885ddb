long factorial(int n) {
