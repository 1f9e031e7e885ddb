/** A loop statement, in whatever unit its language is read: lines or offsets. */
export interface LoopExtent {
  /** Where the statement begins. */
  first: number;
  /** Where it ends, inclusive. */
  last: number;
  /** Goes on to an end that is plain to see: `for (int i = 0; i < n; i++)`, `for x in v`. */
  counted: boolean;
}

/**
 * The loop of a function to blame when a limit finds it at a place. Where in a loop that is differs
 * from run to run, so the answer depends on the outermost loop alone: of it and the loops inside it,
 * the first that is not counted, else itself. `loops`: outer ones before inner ones.
 */
export function loopAround<L extends LoopExtent>(loops: readonly L[], at: number): L | null {
  const outermost = loops.find(({ first, last }) => first <= at && at <= last);
  if (outermost === undefined) return null;
  const family = loops.filter(
    ({ first, last }) => first >= outermost.first && last <= outermost.last,
  );
  return family.find(({ counted }) => !counted) ?? outermost;
}

/**
 * Of the loops of a stack, outermost function first, the one to blame: the first that is not counted,
 * for a caller that plainly counts is not what goes on for ever; where all count, the outermost. An
 * endless loop lies on every stack that a limit can find, and so does all that is outside of it: every
 * run names the same one. Where no loop is endless and only all of it is too much, a run may find a
 * loop that is not counted in one of the functions that are called, or none.
 */
export function loopOfStack<L extends Pick<LoopExtent, 'counted'>>(
  outermostFirst: readonly L[],
): L | null {
  return outermostFirst.find(({ counted }) => !counted) ?? outermostFirst[0] ?? null;
}
