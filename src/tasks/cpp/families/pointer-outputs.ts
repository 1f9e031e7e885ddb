import { combinations, defineFamily, names, site } from '../family.js';
import { braces, line, lines } from './parts-b.js';

const kinds = ['smallest', 'largest', 'sum', 'negatives'] as const;
type Kind = (typeof kinds)[number];

/** Two facts about an array, handed out through pointers. */
export const pointerOutputs = defineFamily({
  name: 'pointer-outputs',
  topics: ['pointers', 'null pointers', 'arrays'],
  settings: combinations({ first: kinds, second: kinds, null: ['skipped', 'refused'] }).filter(
    ({ first, second }) => first !== second,
  ),
  draft({ first, second, null: policy }, style) {
    const a = style.name(names.array);
    const n = style.name(names.count);
    const i = style.name(names.index);
    const locals = {
      smallest: ['low', 'lo', 'least'],
      largest: ['high', 'hi', 'most'],
      sum: ['sum', 'total', 'acc'],
      negatives: ['count', 'cnt', 'below'],
    };
    const outNames = {
      smallest: 'smallest',
      largest: 'largest',
      sum: 'whole',
      negatives: 'negatives',
    };
    const x = style.name(locals[first]);
    const y = style.name(locals[second]);
    const name = `${first}_and_${second}`;
    const type = (kind: Kind): string => (kind === 'sum' ? 'long long' : 'int');
    const begin = (kind: Kind, local: string) =>
      kind === 'smallest' || kind === 'largest'
        ? line`int ${local} = ${site(`${a}[0]`, ['wrong_value', '0'])};`
        : kind === 'sum'
          ? line`${site('long long', ['overflow', 'int'])} ${local} = 0;`
          : line`int ${local} = ${site('0', ['off_by_one', '1'])};`;
    const step = (kind: Kind, local: string) =>
      ({
        smallest: line`    if (${a}[${i}] ${site('<', ['wrong_condition', '>'])} ${local}) ${local} = ${a}[${i}];`,
        largest: line`    if (${a}[${i}] ${site('>', ['wrong_condition', '<'])} ${local}) ${local} = ${a}[${i}];`,
        sum: line`    ${local} += ${a}[${i}];`,
        negatives: line`    if (${a}[${i}] ${site('<', ['wrong_condition', '<='])} 0) ${local}++;`,
      })[kind];
    const hand = (kind: Kind, local: string) =>
      policy === 'skipped'
        ? site(
            `if (${outNames[kind]} != nullptr) *${outNames[kind]} = ${local};`,
            ['null_dereference', `*${outNames[kind]} = ${local};`],
            ['type_error', `if (${outNames[kind]} != nullptr) ${outNames[kind]} = ${local};`],
          )
        : site(`*${outNames[kind]} = ${local};`, ['type_error', `${outNames[kind]} = &${local};`]);
    const refuse =
      policy === 'refused'
        ? line`if (${site(`${outNames[first]} == nullptr ||`, ['null_dereference', `${outNames[first]} == nullptr &&`])} ${outNames[second]} == nullptr) return false;`
        : null;
    const fact = (kind: Kind, values: readonly number[]): number =>
      ({
        smallest: Math.min(...values),
        largest: Math.max(...values),
        sum: values.reduce((sum, value) => sum + value, 0),
        negatives: values.filter((value) => value < 0).length,
      })[kind];
    const call = (values: number[], give: [boolean, boolean] = [true, true]) => {
      const ok = values.length > 0 && (policy === 'skipped' || (give[0] && give[1]));
      const shownFact = (kind: Kind, given: boolean): number =>
        ok && given ? fact(kind, values) : 77;
      return {
        code: `std::vector<int> v${braces(values)}; ${type(first)} p = 77; ${type(second)} q = 77; bool r = ${name}(v.data(), ${values.length}, ${give[0] ? '&p' : 'nullptr'}, ${give[1] ? '&q' : 'nullptr'}); rlsf_emit(std::to_string(r) + " " + std::to_string(p) + " " + std::to_string(q));`,
        expected: `${ok ? 1 : 0} ${shownFact(first, give[0])} ${shownFact(second, give[1])}`,
      };
    };
    const word = {
      smallest: 'smallest',
      largest: 'largest',
      sum: 'sum',
      negatives: 'count of negatives',
    };
    return {
      statement: `Hands out ${word[first]} and ${word[second]} of ${a}[0..${n}); false if empty${policy === 'skipped' ? '; a null pointer is skipped' : ' or a pointer is null'}.`,
      signature: `bool ${name}(const int* ${a}, int ${n}, ${type(first)}* ${outNames[first]}, ${type(second)}* ${outNames[second]})`,
      body: lines(
        line`if (${n} ${site('<=', ['off_by_one', '<'])} 0) return false;`,
        refuse,
        begin(first, x),
        begin(second, y),
        line`for (int ${i} = 0; ${i} ${site('<', ['off_by_one', '<='])} ${n}; ${i}++) {`,
        step(first, x),
        step(second, y),
        '}',
        hand(first, x),
        hand(second, y),
        'return true;',
      ),
      cases: [
        call([4, -2, 9, 0, 5]),
        call([6, 3, 8]),
        call([-6, -3, -8]),
        call([]),
        call([2, -1, 7], [true, false]),
        call([2, -1, 7], [false, true]),
        call([2000000000, 2000000000, 5]),
      ],
    };
  },
});
