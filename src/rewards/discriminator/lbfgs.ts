export interface MinimiseOptions {
  /** @default 200 */
  readonly maxSteps?: number;
  /** Done when no component of the gradient is larger. @default 1e-6 */
  readonly tolerance?: number;
  /** Differences kept of past steps. @default 10 */
  readonly memory?: number;
}

export interface Minimum {
  at: Float64Array;
  value: number;
  steps: number;
  /** The tolerance was reached. */
  converged: boolean;
}

/**
 * A minimum of a smooth function by L-BFGS (Nocedal and Wright 2006, algorithms 7.4 and 7.5) in float64,
 * each step shortened by halves until it falls enough (Armijo, 1e-4). The same start gives the same bits.
 * @param evaluate gives the value at `x` and fills in the gradient
 */
export function minimise(
  evaluate: (x: Float64Array, gradient: Float64Array) => number,
  start: Float64Array,
  { maxSteps = 200, tolerance = 1e-6, memory = 10 }: MinimiseOptions = {},
): Minimum {
  let at: Float64Array = Float64Array.from(start);
  let gradient: Float64Array = new Float64Array(at.length);
  let value = evaluate(at, gradient);
  const past: Difference[] = [];
  let steps = 0;
  while (largest(gradient) > tolerance && steps < maxSteps) {
    const direction = descent(gradient, past);
    const slope = dot(direction, gradient);
    let size = past.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
    let next = moved(at, direction, size);
    const nextGradient = new Float64Array(at.length);
    let nextValue = evaluate(next, nextGradient);
    // Near the minimum a fall is smaller than what rounding does to the value.
    const slack = 4 * Number.EPSILON * Math.abs(value);
    while (nextValue > value + 1e-4 * size * slope + slack && size > 1e-12) {
      size /= 2;
      next = moved(at, direction, size);
      nextValue = evaluate(next, nextGradient);
    }
    if (!(nextValue < value) && !(largest(nextGradient) < largest(gradient))) break;
    remember(past, memory, at, next, gradient, nextGradient);
    [at, gradient, value] = [next, nextGradient, nextValue];
    steps++;
  }
  return { at, value, steps, converged: largest(gradient) <= tolerance };
}

/** A step taken, how the gradient changed over it, and 1 / (s · y). */
interface Difference {
  s: Float64Array;
  y: Float64Array;
  rho: number;
}

/** The two-loop recursion: minus the gradient times the inverse Hessian as the past steps show it. */
function descent(gradient: Float64Array, past: readonly Difference[]): Float64Array {
  const q = gradient.map((component) => -component);
  const alphas: number[] = [];
  for (const { s, y, rho } of [...past].reverse()) {
    const alpha = rho * dot(s, q);
    alphas.push(alpha);
    add(q, y, -alpha);
  }
  const last = past.at(-1);
  if (last) {
    const scale = 1 / (last.rho * dot(last.y, last.y));
    q.forEach((component, i) => (q[i] = component * scale));
  }
  for (const { s, y, rho } of past) add(q, s, (alphas.pop() ?? 0) - rho * dot(y, q));
  return q;
}

/** A step along which the gradient does not grow says nothing of the curvature and is left out. */
function remember(
  past: Difference[],
  memory: number,
  from: Float64Array,
  to: Float64Array,
  before: Float64Array,
  after: Float64Array,
): void {
  const s = to.map((component, i) => component - from[i]);
  const y = after.map((component, i) => component - before[i]);
  const product = dot(s, y);
  if (product <= 1e-10 * dot(y, y)) return;
  past.push({ s, y, rho: 1 / product });
  if (past.length > memory) past.shift();
}

function moved(from: Float64Array, direction: Float64Array, size: number): Float64Array {
  return from.map((component, i) => component + size * direction[i]);
}

function add(to: Float64Array, vector: Float64Array, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i] += factor * vector[i];
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function largest(vector: Float64Array): number {
  return vector.reduce((most, component) => Math.max(most, Math.abs(component)), 0);
}
