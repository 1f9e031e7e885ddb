struct Node {
    int value;
    Node* next;
};

int pop_front(Node*& head) {
    Node* first = head;
    head = first->next;
    delete first;
    return first->value;
}
