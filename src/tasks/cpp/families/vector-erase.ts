import { combinations, defineFamily, names, site } from '../family.js';
import { braces, condition, line, lines, mixedInputs, showArray, shown } from './parts-b.js';

/** Changes a vector while walking over it. */
export const vectorErase = defineFamily({
  name: 'vector-erase',
  topics: ['std::vector', 'iterator invalidation'],
  settings: combinations({
    act: ['erase', 'insert', 'repeat'],
    test: ['above', 'at-most', 'equal', 'even', 'odd', 'negative'],
    walk: ['iterator', 'index'],
  }),
  draft({ act, test, walk }, style) {
    const v = style.name(names.array);
    const it = style.name(walk === 'index' ? names.index : ['it', 'pos', 'cur', 'at']);
    const count = style.name(names.counter);
    const x = style.name(['x', 'y', 'put', 'fresh']);
    const k = style.name(names.limit);
    const c = condition(test, k);
    const name = `${act}_${c.word}`;
    const index = walk === 'index';
    const value = index ? `${v}[${it}]` : `*${it}`;
    const place = index ? `${v}.begin() + ${it}` : it;
    const added = { erase: '', insert: x, repeat: value }[act];
    const change =
      act === 'erase'
        ? index
          ? site(`        ${v}.erase(${place});`, ['type_error', `        ${v}.erase(${it});`])
          : site(
              `        ${it} = ${v}.erase(${it});`,
              ['wrong_value', `        ${it} = ${v}.erase(${it}) + 1;`],
              ['use_after_free', `        ${v}.erase(${it}++);`],
            )
        : index
          ? site(
              `        ${v}.insert(${place}, ${added});\n        ${it} += 2;`,
              ['off_by_one', `        ${v}.insert(${place} + 2, ${added});\n        ${it} += 2;`],
              ['type_error', `        ${v}.insert(${it}, ${added});\n        ${it} += 2;`],
            )
          : site(
              `        ${it} = ${v}.insert(${it}, ${added}) + 2;`,
              ['use_after_free', `        ${v}.insert(${it}, ${added});\n        ${it} += 2;`],
              ['off_by_one', `        ${it} = ${v}.insert(${it} + 1, ${added}) + 2;`],
            );
    const call = ({ values, key }: { values: readonly number[]; key: number }) => {
      const hits = values.filter((value) => c.holds(value, key)).length;
      const after = values.flatMap((value) =>
        !c.holds(value, key)
          ? [value]
          : { erase: [], insert: [75, value], repeat: [value, value] }[act],
      );
      return {
        code: `std::vector<int> w${braces(values)}; int r = ${name}(w${c.argument(key)}${act === 'insert' ? ', 75' : ''}); ${showArray('w', 'w.size()')} rlsf_emit(s + std::to_string(r));`,
        expected: `${shown(after)}${hits}`,
      };
    };
    const what = {
      erase: `Erases the elements of ${v} that are ${c.text}`,
      insert: `Inserts ${x} before every element of ${v} that is ${c.text}`,
      repeat: `Repeats every element of ${v} that is ${c.text}`,
    }[act];
    const end = index
      ? site(
          `${it} < (int)${v}.size()`,
          ['off_by_one', `${it} <= (int)${v}.size()`],
          ['off_by_one', `${it} + 1 < (int)${v}.size()`],
        )
      : site(`${it} != ${v}.end()`, ['off_by_one', `${it} + 1 != ${v}.end()`]);
    return {
      statement: `${what}, by ${walk}; returns how many.`,
      signature: `int ${name}(std::vector<int>& ${v}${c.parameter}${act === 'insert' ? `, int ${x}` : ''})`,
      body: lines(
        line`int ${count} = ${site('0', ['off_by_one', '1'])};`,
        index ? `int ${it} = 0;` : `auto ${it} = ${v}.begin();`,
        line`while (${end}) {`,
        line`    if (${c.test(value)}) {`,
        change,
        `        ${count}++;`,
        line`    } ${site('else ', ['wrong_condition', ''])}{`,
        `        ${it}++;`,
        '    }',
        '}',
        `return ${count};`,
      ),
      cases: [
        ...mixedInputs.map(call),
        call({ values: [2, 2, 9, 9, -4, -4, -3, -3, 5, 5], key: 5 }),
        call({ values: [6, 1, 7, -2], key: 6 }),
        call({ values: [1, 9], key: 5 }),
      ],
    };
  },
});
