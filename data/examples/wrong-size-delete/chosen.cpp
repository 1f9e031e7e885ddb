struct Shape {
    int corners;
};

struct Triangle : Shape {
    double sides[3];
};

int corners_of_triangle(double side) {
    Triangle* triangle = new Triangle{{3}, {side, side, side}};
    const Shape* shape = triangle;
    const int corners = shape->corners;
    delete triangle;
    return corners;
}
