import { combinations, defineFamily, names, site } from '../family.js';
import type { FaultKind } from '../family.js';
import { buildTree, condition, freeTree, line, lines, treePrelude } from './parts-b.js';
import type { ConditionName, Tree } from './parts-b.js';

const shapes = {
  leaf: {
    text: 'the leaves',
    right: 'P->left == nullptr && P->right == nullptr',
    wrong: 'P->left == nullptr || P->right == nullptr',
    holds: (l: Tree, r: Tree) => l === null && r === null,
  },
  inner: {
    text: 'the nodes with a child',
    right: 'P->left != nullptr || P->right != nullptr',
    wrong: 'P->left != nullptr && P->right != nullptr',
    holds: (l: Tree, r: Tree) => l !== null || r !== null,
  },
  full: {
    text: 'the nodes with two children',
    right: 'P->left != nullptr && P->right != nullptr',
    wrong: 'P->left != nullptr || P->right != nullptr',
    holds: (l: Tree, r: Tree) => l !== null && r !== null,
  },
  single: {
    text: 'the nodes with just one child',
    right: '(P->left == nullptr) != (P->right == nullptr)',
    wrong: 'P->left == nullptr || P->right == nullptr',
    holds: (l: Tree, r: Tree) => (l === null) !== (r === null),
  },
} as const;

const sample: Tree = [
  5,
  [-3, [8, null, [2, null, null]], null],
  [0, [2, null, null], [-7, [6, null, null], [1, null, null]]],
];
const big: Tree = [
  2000000000,
  [2000000002, null, [2000000000, null, [2000000001, [2000000001, null, null], null]]],
  [2000000002, [2000000000, null, null], [2000000001, null, [2000000001, null, null]]],
];

function negated(tree: Tree): Tree {
  return tree === null ? null : [-tree[0], negated(tree[1]), negated(tree[2])];
}

/** Sum, number or maximum over some of the nodes of a tree, by recursion. */
export const treeSum = defineFamily({
  name: 'tree-sum',
  topics: ['trees', 'recursion', 'null pointers'],
  settings: combinations({
    reduce: ['sum', 'count', 'largest'],
    which: ['leaf', 'inner', 'full', 'single', 'above', 'at-most', 'even', 'negative'],
  }),
  draft({ reduce, which }, style) {
    const root = style.name(['root', 'node', 'tree', 'top']);
    const s = style.name(
      reduce === 'sum' ? names.sum : reduce === 'count' ? names.counter : names.best,
    );
    const k = style.name(names.limit);
    const none = -style.number(1, 9) * 1000;
    const shape = which in shapes ? shapes[which as keyof typeof shapes] : null;
    const c = shape ? null : condition(which as ConditionName, k);
    const name = `${reduce}_${which.replace('-', '_')}`;
    const fill = (pattern: string): string => pattern.replaceAll('P', root);
    const test = shape
      ? site(fill(shape.right), ['wrong_condition', fill(shape.wrong)])
      : c!.test(`${root}->value`, reduce === 'sum' ? 'sums' : undefined);
    const type = reduce === 'sum' ? 'long long' : 'int';
    const more = c?.forwarded ?? '';
    const call1 = (side: string): string => `${name}(${root}->${side}${more})`;
    const empty = reduce === 'largest' ? String(none) : '0';
    const twice: [FaultKind, string] = [
      'wrong_value',
      reduce === 'largest'
        ? `std::max(${call1('left')}, ${call1('left')})`
        : `${call1('left')} + ${call1('left')}`,
    ];
    const both =
      reduce === 'largest'
        ? site(`std::max(${call1('left')}, ${call1('right')})`, twice, [
            'wrong_condition',
            `std::min(${call1('left')}, ${call1('right')})`,
          ])
        : site(`${call1('left')} + ${call1('right')}`, twice, [
            'type_error',
            `${name}(${root}.left${more}) + ${name}(${root}.right${more})`,
          ]);
    const fold = (tree: Tree, key: number): number => {
      if (tree === null) return reduce === 'largest' ? none : 0;
      const [value, l, r] = tree;
      const [x, y] = [fold(l, key), fold(r, key)];
      const taken = shape ? shape.holds(l, r) : c!.holds(value, key);
      if (reduce === 'largest') return Math.max(x, y, taken ? value : none);
      return x + y + (taken ? (reduce === 'sum' ? value : 1) : 0);
    };
    const call = (tree: Tree, key: number) => ({
      code: `Node* root = ${buildTree(tree)}; rlsf_emit(${name}(root${c?.argument(key) ?? ''})); ${freeTree}`,
      expected: String(fold(tree, key)),
    });
    const of = shape ? shape.text : `the nodes whose value is ${c!.text}`;
    const what = {
      sum: `The sum of the values of ${of}.`,
      count: `The number of ${of.replace(/^the /, '')} in the tree.`,
      largest: `The largest value of ${of}, but at least ${none}.`,
    }[reduce];
    return {
      statement: what,
      prelude: treePrelude,
      signature: `${type} ${name}(const Node* ${root}${c?.parameter ?? ''})`,
      body: lines(
        site(
          `if (${root} == nullptr) return ${empty};`,
          ['null_dereference', ''],
          ['wrong_condition', `if (${root} != nullptr) return ${empty};`],
        ),
        reduce === 'sum'
          ? line`${site('long long', ['overflow', 'int'])} ${s} = ${both};`
          : line`int ${s} = ${both};`,
        reduce === 'largest'
          ? line`if (${shape && /\|\||!=/.test(shape.right) ? '(' : ''}${test}${shape && /\|\||!=/.test(shape.right) ? ')' : ''} && ${root}->value ${site('>', ['wrong_condition', '<'])} ${s}) ${s} = ${root}->value;`
          : line`if (${test}) ${reduce === 'sum' ? `${s} += ${root}->value` : `${s}++`};`,
        site(`return ${s};`, ['missing_return', '']),
      ),
      cases: [
        call(sample, 2),
        call(null, 1),
        call(
          [-3, [2, [1, null, null], null], [40, null, [60, [33, null, null], [36, null, null]]]],
          3,
        ),
        call([-4, null, null], -4),
        call([0, [0, null, null], null], 0),
        call([9, null, [4, [-8, null, null], [3, null, null]]], 4),
        call(big, 5),
        call(negated(big), 5),
      ],
    };
  },
});
