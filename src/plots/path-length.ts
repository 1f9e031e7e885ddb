interface Point {
  x: number;
  y: number;
}

/** Of an SVG path of straight pieces (`M1,2L3,4`), such as plotly's arrows are; of a curve its corners. */
export function pathLength(d: string): number {
  const points = corners(d);
  return points.slice(1).reduce((sum, point, at) => sum + distance(points[at], point), 0);
}

/** The point so far along the path; its ends where it is shorter. */
export function pointAlong(d: string, length: number): Point {
  const points = corners(d);
  let left = length;
  for (const [at, to] of points.slice(1).entries()) {
    const from = points[at];
    const piece = distance(from, to);
    if (left <= piece && piece > 0) {
      const share = Math.max(0, left) / piece;
      return { x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y) };
    }
    left -= piece;
  }
  return points[points.length - 1] ?? { x: 0, y: 0 };
}

function corners(d: string): Point[] {
  const numbers = (d.match(/-?\d*\.?\d+(?:e-?\d+)?/gi) ?? []).map(Number);
  return Array.from({ length: Math.floor(numbers.length / 2) }, (_, at) => ({
    x: numbers[2 * at],
    y: numbers[2 * at + 1],
  }));
}

function distance(a: Point, b: Point): number {
  return Math.hypot(b.x - a.x, b.y - a.y);
}
