import { combinations, defineFamily, site } from '../family.js';
import { line, lines } from './parts-b.js';

/** A number sequence defined by itself. */
export const recursionSeries = defineFamily({
  name: 'recursion-series',
  topics: ['recursion', 'arithmetic that can overflow'],
  settings: combinations({
    step: ['plus', 'minus', 'double', 'index', 'product', 'half'],
    start: ['number', 'parameter'],
    result: ['plain', 'modulo'],
  }),
  draft({ step, start, result }, style) {
    const n = style.name(['n', 'i', 'k', 'index']);
    const x = style.name(['x', 'seed', 'base', 'start']);
    const m = style.name(['m', 'mod', 'div', 'limit']);
    const name = style.name(['term', 'series', 'sequence', 'element']);
    const first = style.number(2, 9);
    const second = style.number(11, 19);
    const two = step === 'plus' || step === 'minus' || step === 'double';
    const from = start === 'number' ? String(first) : x;
    const passed = `${start === 'parameter' ? `, ${x}` : ''}${result === 'modulo' ? `, ${m}` : ''}`;
    const at = (back: string): string => `${name}(${back}${passed})`;
    const one = `${at(`${n} - 1`)}`;
    const other = `${at(`${n} - 2`)}`;
    const [right, wrong] = (
      {
        plus: [`${one} + ${other}`, `${one} + ${one}`],
        minus: [`${one} - ${other}`, `${other} - ${one}`],
        double: [`2 * ${one} + ${other}`, `${one} + 2 * ${other}`],
        index: [`${one} + ${n}`, `${one} + 1`],
        product: [`${one} * ${n}`, `${one} * (${n} - 1)`],
        half: [`${at(`${n} / 2`)} + ${n}`, `${at(`${n} / 2`)} * ${n}`],
      } as const
    )[step];
    const formula = {
      plus: 'f(n-1) + f(n-2)',
      minus: 'f(n-1) - f(n-2)',
      double: '2 f(n-1) + f(n-2)',
      index: 'f(n-1) + n',
      product: 'f(n-1) * n',
      half: 'f(n/2) + n',
    }[step].replaceAll('n', n);
    const value = (at: number, seed: number, modulus: number): number => {
      if (at <= 0) return seed;
      if (two && at === 1) return second;
      const f = (k: number): number => value(k, seed, modulus);
      const full: number = {
        plus: () => f(at - 1) + f(at - 2),
        minus: () => f(at - 1) - f(at - 2),
        double: () => 2 * f(at - 1) + f(at - 2),
        index: () => f(at - 1) + at,
        product: () => f(at - 1) * at,
        half: () => f(Math.floor(at / 2)) + at,
      }[step]();
      return (result === 'modulo' ? full % modulus : full) + 0;
    };
    const call = (at: number, seed: number, modulus: number) => ({
      code: `rlsf_emit(${name}(${at}${start === 'parameter' ? `, ${seed}` : ''}${result === 'modulo' ? `, ${modulus}` : ''}));`,
      expected: String(value(at, start === 'number' ? first : seed, modulus)),
    });
    const furthest = { plus: 12, minus: 8, double: 9, index: 40, product: 14, half: 1000 }[step];
    const type = 'long long';
    const body = site(
      result === 'modulo' ? `(${right}) % ${m}` : right,
      ['wrong_value', result === 'modulo' ? `(${wrong}) % ${m}` : wrong],
      ['missing_return', result === 'modulo' ? right : '0'],
    );
    return {
      statement: `f(${n}) = ${formula}${result === 'modulo' ? ` modulo ${m}` : ''}, f(0) = ${from}${two ? `, f(1) = ${second}` : ''}; f(${n}) = ${from} if ${n} < 0.`,
      signature: `${type} ${name}(int ${n}${start === 'parameter' ? `, int ${x}` : ''}${result === 'modulo' ? `, int ${m}` : ''})`,
      body: lines(
        site(
          `if (${n} <= 0) return ${from};`,
          ['endless_loop', `if (${n} == 0) return ${from};`],
          [
            'wrong_condition',
            step === 'product' ? `if (${n} < 0) return ${from};` : `if (${n} <= 1) return ${from};`,
          ],
          ['wrong_value', `if (${n} <= 0) return ${n};`],
        ),
        two
          ? site(
              `if (${n} == 1) return ${second};`,
              ['wrong_condition', ''],
              ['type_error', `if (${n} = 1) return ${second};`],
            )
          : null,
        line`return ${body};`,
      ),
      cases: [
        call(5, 4, 7),
        call(0, 3, 5),
        call(1, 6, 4),
        call(2, 5, 9),
        call(3, 8, 6),
        call(-3, 7, 3),
        call(furthest, 6, 1000003),
        ...(result === 'modulo' ? [call(7, 3, 11), call(6, 5, 13)] : []),
      ],
    };
  },
});
