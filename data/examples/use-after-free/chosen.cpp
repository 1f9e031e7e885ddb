struct Node {
    int value;
    Node* next;
};

int pop_front(Node*& head) {
    Node* first = head;
    head = first->next;
    const int value = first->value;
    delete first;
    return value;
}
