bool may_enter(bool is_member, int age, bool has_ticket) {
