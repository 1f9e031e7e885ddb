bool may_enter(bool is_member, int age, bool has_ticket) {
    return is_member || (age >= 18 && has_ticket);
}
