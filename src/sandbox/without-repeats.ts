import type { Diagnostic } from '../records.js';

/** The first of each kind; two are the same when what `partsOf` names of them is. */
export function withoutRepeats<T>(all: readonly T[], partsOf: (one: T) => readonly unknown[]): T[] {
  const seen = new Set<string>();
  return all.filter((one) => {
    const key = JSON.stringify(partsOf(one));
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}

/** By what a reader sees of them. */
export function partsOfDiagnostic(one: Diagnostic): readonly unknown[] {
  return [one.severity, one.kind, one.message, one.span, one.position];
}
