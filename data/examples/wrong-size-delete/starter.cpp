struct Shape {
    int corners;
};

struct Triangle : Shape {
    double sides[3];
};

int corners_of_triangle(double side) {
