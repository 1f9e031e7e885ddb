struct Link {
    int value;
    Link* next;
};

int last_value(const Link* link) {
