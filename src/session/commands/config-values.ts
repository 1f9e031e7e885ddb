/** Values of a config tree by their dotted keys. */

/** The value at `grpo.beta`; `undefined` where the tree has nothing there. */
export function valueAt(tree: unknown, key: string): unknown {
  return key
    .split('.')
    .reduce<unknown>((value, part) => (isTree(value) ? value[part] : undefined), tree);
}

/** By dotted key what one tree has otherwise than another one; lists are compared as a whole. */
export function differences(tree: unknown, other: unknown, prefix = ''): Record<string, unknown> {
  // What has no names of its own by default takes any, with dots in them too: one value.
  if (!isTree(tree) || !isTree(other) || Object.keys(other).length === 0)
    return JSON.stringify(tree) === JSON.stringify(other) ? {} : { [prefix]: tree };
  return Object.fromEntries(
    Object.entries(tree).flatMap(([key, value]) =>
      Object.entries(differences(value, other[key], prefix === '' ? key : `${prefix}.${key}`)),
    ),
  );
}

/** Dotted keys as a tree again. */
export function treeOf(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const tree: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(values)) {
    const parts = key.split('.');
    const last = parts.pop() ?? key;
    let at = tree;
    for (const part of parts) {
      const below = at[part];
      at = isTree(below) ? below : ((at[part] = {}) as Record<string, unknown>);
    }
    at[last] = value;
  }
  return tree;
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
