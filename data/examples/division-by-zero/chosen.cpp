int approval(int in_favour, int against) {
    const int votes = in_favour + against;
    return votes == 0 ? 0 : 100 * in_favour / votes;
}
