struct Box {
    int width;
    int depth;
    int height;
};

int volume(int width, int depth, bool is_flat) {
    Box box{width, depth, 1};
    if (!is_flat) box.height = 2;
    return box.width * box.depth * box.height;
}
