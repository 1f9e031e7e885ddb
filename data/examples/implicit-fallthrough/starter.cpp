int shirt_width(char size) {
