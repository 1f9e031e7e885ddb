struct Link {
    int value;
    Link* next;
};

int last_value(const Link* link) {
    int value = -1;
    for (; link != nullptr; link = link->next) value = link->value;
    return value;
}
