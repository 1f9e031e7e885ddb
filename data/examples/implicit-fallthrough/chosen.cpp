int shirt_width(char size) {
    int width = 0;
    switch (size) {
        case 's': width = 46; break;
        case 'm': width = 50; break;
        case 'l': width = 54; break;
        default: break;
    }
    return width;
}
