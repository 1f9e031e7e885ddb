class Purse {
public:
    explicit Purse(int start) : cents(start) {}
    int amount() const { return cents; }

private:
    int cents;
};

int together(const Purse& mine, const Purse& yours) {
    const int first = mine.amount();
    return first + yours.cents;
}
