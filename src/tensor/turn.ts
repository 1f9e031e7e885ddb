/** Lets signals, timers and the screen have their turn between two long computations. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
