import { combinations, defineFamily, names, site } from '../family.js';
import { buildTree, condition, freeTree, line, lines, treePrelude } from './parts-b.js';
import type { ConditionName, Tree } from './parts-b.js';

/** All weights of paths from the root down to a leaf. */
function paths(tree: Tree, weight: (value: number) => number): number[] {
  if (tree === null) return [];
  const [value, left, right] = tree;
  const below = [...paths(left, weight), ...paths(right, weight)];
  return (below.length > 0 ? below : [0]).map((rest) => rest + weight(value));
}

/** The longest or shortest way from the root to a leaf, or whether there is one of a given length. */
export const treePath = defineFamily({
  name: 'tree-path',
  topics: ['trees', 'recursion', 'null pointers'],
  settings: combinations({
    pick: ['longest', 'shortest', 'exact'],
    weight: ['nodes', 'values', 'above', 'below', 'even', 'odd'],
  }),
  draft({ pick, weight }, style) {
    const root = style.name(['root', 'node', 'tree', 'top']);
    const x = style.name(['x', 'low', 'l', 'one']);
    const y = style.name(['y', 'high', 'r', 'two']);
    const target = style.name(['target', 'want', 'goal', 'left']);
    const k = style.name(names.limit);
    const c =
      weight === 'nodes' || weight === 'values' ? null : condition(weight as ConditionName, k);
    const name = `${pick}_path_${weight}`;
    const more = c?.forwarded ?? '';
    const type = pick === 'exact' ? 'bool' : weight === 'values' ? 'long long' : 'int';
    const own =
      weight === 'nodes'
        ? site('1', ['off_by_one', '0'])
        : weight === 'values'
          ? site(`${root}->value`, ['type_error', `${root}.value`])
          : c!.test(`${root}->value`);
    const weigh = (value: number, key: number): number =>
      weight === 'nodes' ? 1 : weight === 'values' ? value : c!.holds(value, key) ? 1 : 0;
    const group = c ? ['(', ')'] : ['', ''];
    const side = (which: string): string => `${name}(${root}->${which}${more})`;
    const picked = pick === 'longest' ? 'std::max' : 'std::min';
    const unpicked = pick === 'longest' ? 'std::min' : 'std::max';
    const body =
      pick === 'exact'
        ? lines(
            site(
              `if (${root} == nullptr) return false;`,
              ['null_dereference', ''],
              ['wrong_condition', `if (${root} == nullptr) return ${target} == 0;`],
            ),
            line`${target} -= ${group[0]}${own}${group[1]};`,
            line`if (${root}->left == nullptr ${site('&&', ['wrong_condition', '||'])} ${root}->right == nullptr) return ${target} ${site('==', ['wrong_condition', '>='])} 0;`,
            line`return ${name}(${root}->left${more}, ${target}) ${site('||', ['wrong_condition', '&&'])} ${name}(${root}->right${more}, ${target});`,
          )
        : lines(
            site(`if (${root} == nullptr) return 0;`, ['null_dereference', '']),
            line`${type} ${x} = ${side('left')};`,
            line`${weight === 'values' ? site('long long', ['overflow', 'int']) : 'int'} ${y} = ${site(side('right'), ['wrong_value', side('left')])};`,
            // Weights that are never negative need no care for a missing child when the most counts.
            pick === 'longest' && weight !== 'values'
              ? null
              : site(
                  `if (${root}->left == nullptr) ${x} = ${y};\nif (${root}->right == nullptr) ${y} = ${x};`,
                  ['wrong_condition', `if (${root}->left == nullptr) ${x} = ${y};`],
                  [
                    'wrong_condition',
                    `if (${root}->left == nullptr) ${y} = ${x};\nif (${root}->right == nullptr) ${x} = ${y};`,
                  ],
                ),
            line`return ${site(picked, ['wrong_condition', unpicked])}(${x}, ${y}) + ${group[0]}${own}${group[1]};`,
          );
    const call = (tree: Tree, key: number, wanted = 0) => {
      const all = paths(tree, (value) => weigh(value, key));
      const answer =
        pick === 'exact'
          ? Number(all.includes(wanted))
          : all.length === 0
            ? 0
            : pick === 'longest'
              ? Math.max(...all)
              : Math.min(...all);
      return {
        code: `Node* root = ${buildTree(tree)}; rlsf_emit(${name}(root${c?.argument(key) ?? ''}${pick === 'exact' ? `, ${wanted}` : ''})); ${freeTree}`,
        expected: String(answer),
      };
    };
    const measure = c
      ? `number of values that are ${c.text}`
      : weight === 'nodes'
        ? 'number of nodes'
        : 'sum of the values';
    const best = { longest: 'largest', shortest: 'smallest', exact: '' }[pick];
    return {
      statement:
        pick === 'exact'
          ? `Whether a path from the root to a leaf has ${target} as ${measure}.`
          : `The ${best} ${measure} on a path from the root to a leaf, 0 if no tree.`,
      prelude: treePrelude,
      signature: `${type} ${name}(const Node* ${root}${c?.parameter ?? ''}${pick === 'exact' ? `, ${weight === 'values' ? 'long long' : 'int'} ${target}` : ''})`,
      body,
      cases: [
        ...samples.map(({ tree, key }) => call(tree, key, 2)),
        ...samples.flatMap(({ tree, key }) =>
          pick === 'exact' ? [call(tree, key, 0), call(tree, key, 1), call(tree, key, 3)] : [],
        ),
      ],
    };
  },
});

const leaf = (value: number): Tree => [value, null, null];

const samples: { tree: Tree; key: number }[] = [
  { tree: null, key: 0 },
  { tree: [3, leaf(-1), null], key: 0 },
  { tree: [-3, leaf(-5), null], key: -9 },
  { tree: leaf(2), key: 2 },
  { tree: [4, leaf(3), [-3, leaf(6), [5, leaf(4), null]]], key: 4 },
  { tree: [-3, null, [-5, null, leaf(-8)]], key: -5 },
  { tree: [7, [6, [1, leaf(8), null], null], null], key: 6 },
  { tree: [2, [9, leaf(2), leaf(-11)], [1, null, leaf(0)]], key: 1 },
  {
    tree: [2000000000, [2000000000, leaf(1), leaf(2)], [2000000000, leaf(2000000000), leaf(5)]],
    key: 3,
  },
];
