int approval(int in_favour, int against) {
