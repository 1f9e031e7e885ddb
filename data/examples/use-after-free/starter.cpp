struct Node {
    int value;
    Node* next;
};

int pop_front(Node*& head) {
