int points_of(char piece) {
    switch (piece) {
        case 'p': return 1;
        case 'n':
        case 'b': return 3;
        case 'r': return 5;
        case 'q': return 9;
        default: __builtin_unreachable();
    }
}
