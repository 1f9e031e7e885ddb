struct Box {
    int width;
    int depth;
    int height;
};

int volume(int width, int depth, bool is_flat) {
    Box box{width, depth};
    box.height = is_flat ? 1 : 2;
    return box.width * box.depth * box.height;
}
