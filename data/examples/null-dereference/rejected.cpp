struct Link {
    int value;
    Link* next;
};

int last_value(const Link* link) {
    while (link->next != nullptr) link = link->next;
    return link->value;
}
