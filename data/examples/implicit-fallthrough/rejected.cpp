int shirt_width(char size) {
    int width = 0;
    switch (size) {
        case 's': if (width == 0) width = 46;
        case 'm': if (width == 0) width = 50; break;
        case 'l': width = 54; break;
        default: break;
    }
    return width;
}
