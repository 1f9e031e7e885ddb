import { combinations, defineFamily, names, site } from '../family.js';
import { braces, line, lines } from './parts-b.js';

/** Values of polynomials whose coefficients are in an array. */
export const polyEvaluate = defineFamily({
  name: 'poly-evaluate',
  topics: ['polynomials', 'arithmetic that can overflow'],
  settings: combinations({
    first: ['lowest', 'highest'],
    what: ['value', 'derivative', 'modulo', 'signless'],
    method: ['horner', 'powers'],
  }),
  draft({ first, what, method }, style) {
    const a = style.name(['a', 'c', 'coef', 'p']);
    const n = style.name(names.count);
    const i = style.name(['i', 'j', 'k', 'idx']);
    const x = style.name(['x', 't', 'z', 'at']);
    const s = style.name(names.sum);
    const power = style.name(['power', 'pow', 'w', 'factor']);
    const m = style.name(['mod', 'div', 'limit', 'q']);
    const name = `poly_${what}`;
    const upward = (first === 'lowest') === (method === 'powers');
    const stop = what === 'derivative';
    // The constant term has no part in the derivative.
    const degree = first === 'lowest' ? i : `(${n} - 1 - ${i})`;
    const term = {
      value: `${a}[${i}]`,
      derivative: `(long long)${degree} * ${a}[${i}]`,
      modulo: `${a}[${i}]`,
      signless: `std::abs(${a}[${i}])`,
    }[what];
    const slipTerm = {
      value: i,
      derivative: `${a}[${i}]`,
      modulo: i,
      signless: `${a}[${i}]`,
    }[what];
    const low = stop && first === 'lowest' ? 1 : 0;
    const high = stop && first === 'highest' ? `${n} - 1` : n;
    const loop = upward
      ? line`for (int ${i} = ${low}; ${i} ${site('<', ['off_by_one', '<='])} ${high}; ${i}++) {`
      : line`for (${site('int', ['endless_loop', 'unsigned'])} ${i} = ${site(`${high} - 1`.replace('- 1 - 1', '- 2'), ['off_by_one', high])}; ${i} >= ${low}; ${i}--) {`;
    const inside =
      method === 'horner'
        ? what === 'modulo'
          ? [
              line`    ${s} = ${site(`(${s} * ${x} + ${term}) % ${m}`, ['overflow', `${s} * ${x} + ${term}`], ['wrong_value', `(${s} + ${x} * ${term}) % ${m}`])};`,
            ]
          : [
              line`    ${s} = ${s} ${site('*', ['wrong_value', '+'])} ${x} + ${site(term, ['wrong_value', slipTerm])};`,
            ]
        : what === 'modulo'
          ? [
              line`    ${s} = (${s} + ${power} * ${term}) ${site(`% ${m}`, ['wrong_value', `/ ${m}`])};`,
              line`    ${power} = ${site(`${power} * ${x} % ${m}`, ['overflow', `${power} * ${x}`])};`,
            ]
          : [
              line`    ${s} += ${power} * ${site(term, ['wrong_value', slipTerm])};`,
              line`    ${power} ${site('*=', ['wrong_value', '+='], ['wrong_condition', '=='])} ${x};`,
            ];
    const evaluate = (coefficients: readonly number[], at: number, modulus: number): bigint => {
      const rising = first === 'lowest' ? coefficients : [...coefficients].reverse();
      let total = 0n;
      rising.forEach((coefficient, d) => {
        const c = BigInt(coefficient);
        if (what === 'derivative')
          total += d > 0 ? BigInt(d) * c * BigInt(at) ** BigInt(d - 1) : 0n;
        else total += (what === 'signless' && c < 0n ? -c : c) * BigInt(at) ** BigInt(d);
      });
      return what === 'modulo' ? total % BigInt(modulus) : total;
    };
    const call = (xs: number[], at: number, modulus = 97) => ({
      code: `std::vector<int> v${braces(xs)}; rlsf_emit(${name}(v.data(), ${xs.length}, ${at}${what === 'modulo' ? `, ${modulus}` : ''}));`,
      expected: String(evaluate(xs, at, modulus)),
    });
    const order = `${first} power first`;
    const by = method === 'horner' ? "by Horner's rule" : 'by powers';
    const statement = {
      value: `The polynomial with coefficients ${a}[0..${n}), ${order}, at ${x}, ${by}.`,
      derivative: `The derivative at ${x} of the polynomial ${a}[0..${n}), ${order}, ${by}.`,
      modulo: `The polynomial ${a}[0..${n}), ${order}, at ${x}, modulo ${m}, nothing negative, ${by}.`,
      signless: `The polynomial with coefficients |${a}[0..${n})|, ${order}, at ${x}, ${by}.`,
    }[what];
    return {
      statement,
      signature: `long long ${name}(const int* ${a}, int ${n}, int ${x}${what === 'modulo' ? `, int ${m}` : ''})`,
      body: lines(
        line`${method === 'horner' ? site('long long', ['overflow', 'int']) : 'long long'} ${s} = 0;`,
        method === 'powers'
          ? line`${site('long long', ['overflow', 'int'])} ${power} = ${site('1', ['wrong_value', '0'])};`
          : null,
        loop,
        ...inside,
        '}',
        `return ${s};`,
      ),
      cases: [
        call([3, 5, 2], 4),
        call([], 3),
        call([7], 5),
        ...(what === 'modulo' ? [] : [call([-4, 0, 6, -1], -3)]),
        call([1, 2, 3, 4, 5], 10, 1009),
        call([90000, 80000, 70000, 60000], 30000, 1000003),
        call(
          [2000000, 3000000, 1999999, 4, 5, 6, 7, 8, 9, 10, 11],
          what === 'modulo' ? 2000003 : 11,
          2000000011,
        ),
      ],
    };
  },
});
