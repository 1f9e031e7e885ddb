int approval(int in_favour, int against) {
    const int votes = in_favour + against;
    return 100 * in_favour / votes;
}
