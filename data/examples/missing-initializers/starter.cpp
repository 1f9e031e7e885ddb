struct Box {
    int width;
    int depth;
    int height;
};

int volume(int width, int depth, bool is_flat) {
