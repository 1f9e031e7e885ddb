struct Shape {
    int corners;
};

struct Triangle : Shape {
    double sides[3];
};

int corners_of_triangle(double side) {
    Shape* shape = new Triangle{{3}, {side, side, side}};
    const int corners = shape->corners;
    delete shape;
    return corners;
}
