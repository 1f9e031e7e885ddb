import { site } from '../family.js';
import type { Piece, Site } from '../family.js';

/** One line of a body: text with sites in it. */
export function line(
  strings: TemplateStringsArray,
  ...values: (string | number | Site | Piece[])[]
): Piece[] {
  return strings.flatMap((text, i) => {
    const value = values[i];
    if (value === undefined) return [text];
    if (Array.isArray(value)) return [text, ...value];
    return [text, typeof value === 'number' ? String(value) : value];
  });
}

/**
 * A body from its lines, each indented by four spaces more. A `null` is no line; a `Site` of its own
 * stands for whole lines, so that a wrong text can be none at all.
 */
export function lines(...rows: (string | Piece[] | Site | null)[]): Piece[] {
  return rows.flatMap((row): Piece[] => {
    if (row === null) return [];
    if (typeof row === 'string') return [indented(row)];
    if (Array.isArray(row)) return ['    ', ...row, '\n'];
    return [
      {
        right: row.right.map(indented),
        wrong: row.wrong.map(({ kind, text }) => ({ kind, text: indented(text) })),
      },
    ];
  });
}

function indented(text: string): string {
  return text === '' ? '' : text.replace(/^/gm, '    ') + '\n';
}

export type ConditionName =
  'above' | 'at-least' | 'below' | 'at-most' | 'equal' | 'even' | 'odd' | 'negative' | 'positive';

/** A test on one integer; the first five compare it with a parameter. */
export interface Condition {
  /** For statements: `greater than k`, `even`. */
  text: string;
  /** For function names. */
  word: string;
  /** `, int k`, or nothing. */
  parameter: string;
  /** `, k`, or nothing: the parameter handed on. */
  forwarded: string;
  /** The test of an expression, with its slips; `sums`: a zero that slips in must not go unseen. */
  test(x: string, use?: 'sums'): Site;
  /** The correct test as text. */
  plain(x: string): string;
  /** The opposite as text. */
  not(x: string): string;
  holds(x: number, k: number): boolean;
  /** `, 7`, or nothing: the argument in a case. */
  argument(k: number): string;
}

const conditionTable: Record<
  ConditionName,
  {
    text: string;
    right: string;
    slips: readonly string[];
    opposite: string;
    keyed: boolean;
    /** The slip where a zero more or less cannot be seen. */
    zero?: string;
    holds(x: number, k: number): boolean;
  }
> = {
  above: {
    text: 'greater than K',
    right: 'X > K',
    slips: ['X >= K'],
    opposite: 'X <= K',
    keyed: true,
    holds: (x, k) => x > k,
  },
  'at-least': {
    text: 'at least K',
    right: 'X >= K',
    slips: ['X > K'],
    opposite: 'X < K',
    keyed: true,
    holds: (x, k) => x >= k,
  },
  below: {
    text: 'less than K',
    right: 'X < K',
    slips: ['X <= K'],
    opposite: 'X >= K',
    keyed: true,
    holds: (x, k) => x < k,
  },
  'at-most': {
    text: 'at most K',
    right: 'X <= K',
    slips: ['X < K'],
    opposite: 'X > K',
    keyed: true,
    holds: (x, k) => x <= k,
  },
  equal: {
    text: 'equal to K',
    right: 'X == K',
    slips: ['X = K'],
    opposite: 'X != K',
    keyed: true,
    holds: (x, k) => x === k,
  },
  even: {
    text: 'even',
    right: 'X % 2 == 0',
    slips: ['X % 2'],
    opposite: 'X % 2 != 0',
    keyed: false,
    holds: (x) => x % 2 === 0,
  },
  odd: {
    // -3 % 2 is -1.
    text: 'odd',
    right: 'X % 2 != 0',
    slips: ['X % 2 == 1'],
    opposite: 'X % 2 == 0',
    keyed: false,
    holds: (x) => x % 2 !== 0,
  },
  negative: {
    text: 'negative',
    right: 'X < 0',
    slips: ['X <= 0'],
    zero: 'X > 0',
    opposite: 'X >= 0',
    keyed: false,
    holds: (x) => x < 0,
  },
  positive: {
    text: 'positive',
    right: 'X > 0',
    slips: ['X >= 0'],
    zero: 'X < 0',
    opposite: 'X <= 0',
    keyed: false,
    holds: (x) => x > 0,
  },
};

/** The condition with its parameter named `k`. */
export function condition(name: ConditionName, k: string): Condition {
  const { text, right, slips, opposite, keyed, zero, holds } = conditionTable[name];
  const fill = (pattern: string, x: string): string => pattern.replace('X', x).replace('K', k);
  return {
    text: text.replace('K', k),
    word: name.replace('-', '_'),
    parameter: keyed ? `, int ${k}` : '',
    forwarded: keyed ? `, ${k}` : '',
    test: (x, use) =>
      site(
        fill(right, x),
        ...(use === 'sums' && zero ? [zero] : slips).map(
          (slip): ['type_error' | 'wrong_condition', string] => [
            slip === 'X = K' ? 'type_error' : 'wrong_condition',
            fill(slip, x),
          ],
        ),
      ),
    plain: (x) => fill(right, x),
    not: (x) => fill(opposite, x),
    holds,
    argument: (key) => (keyed ? `, ${key}` : ''),
  };
}

/**
 * Inputs that tell every condition from its slips: with the key, beside the key, zero, negative odd
 * numbers, neighbours that both match.
 */
export const mixedInputs: readonly { values: number[]; key: number }[] = [
  { values: [5, 0, -3, 8, 2, 2, -7, 6, 1], key: 2 },
  { values: [4, 4, 4], key: 4 },
  { values: [-3], key: -3 },
  { values: [], key: 1 },
  { values: [-8, 10, -5, 0, 0, 3, -5], key: -5 },
];

/** `{1, 2, 3}` for an initialiser. */
export const braces = (values: readonly (number | string)[]): string => `{${values.join(', ')}}`;

export const nodePrelude = 'struct Node {\n    int value;\n    Node* next;\n};\n';

/** C++ that builds the list `h` of the values. */
export function buildList(values: readonly number[], name = 'h'): string {
  return `Node* ${name} = nullptr; for (int x : std::vector<int>${braces([...values].reverse())}) ${name} = new Node{x, ${name}};`;
}

/** C++ that writes the list `h` into the string `s`, at most some hundred characters of a cycle. */
export function showList(name = 'h'): string {
  return `std::string s = "["; for (Node* p = ${name}; p != nullptr && s.size() < 200; p = p->next) s += std::to_string(p->value) + ","; s += "]";`;
}

export function freeList(name = 'h'): string {
  return `while (${name} != nullptr) { Node* p = ${name}->next; delete ${name}; ${name} = p; }`;
}

/** What `showList` and `showArray` write. */
export const shown = (values: readonly number[]): string =>
  `[${values.map((value) => `${value},`).join('')}]`;

/** C++ that writes `count` elements at `from` into the string `s`. */
export function showArray(from: string, count: string): string {
  return `std::string s = "["; for (int i = 0; i < (int)(${count}); i++) s += std::to_string(${from}[i]) + ","; s += "]";`;
}

export const treePrelude = 'struct Node {\n    int value;\n    Node* left;\n    Node* right;\n};\n';

/** A tree as [value, left, right]; `null` is none. */
export type Tree = readonly [number, Tree | null, Tree | null] | null;

/** A C++ expression that builds the tree with `new`. */
export function buildTree(tree: Tree): string {
  return tree === null
    ? 'nullptr'
    : `new Node{${tree[0]}, ${buildTree(tree[1])}, ${buildTree(tree[2])}}`;
}

/** C++ that frees the tree `root`. */
export const freeTree =
  'std::vector<Node*> all; if (root != nullptr) all.push_back(root); for (std::size_t i = 0; i < all.size(); i++) { if (all[i]->left != nullptr) all.push_back(all[i]->left); if (all[i]->right != nullptr) all.push_back(all[i]->right); } for (Node* p : all) delete p;';
