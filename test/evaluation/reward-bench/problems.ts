import type { Problem } from '../../../src/records.js';

/** Programs that read two numbers and print two lines. */
export const printingProblems: Problem[] = [
  printing('sums', 'the sum and the difference', 'a + b', 'a - b', (a, b) => [a + b, a - b]),
  printing('products', 'the product and the larger one', 'a * b', 'a > b ? a : b', (a, b) => [
    a * b,
    Math.max(a, b),
  ]),
];

/** Functions whose tests are a `main` behind them that ends well or not. */
export const assertedProblems: Problem[] = [
  asserted(
    'clamp',
    '// x, but at least 0 and at most 9.\nint clamp9(int x) {\n',
    '    if (x < 0) return 0;\n    if (x > 9) return 9;\n    return x;\n}\n',
    ['clamp9(5) == 5', 'clamp9(-3) == 0', 'clamp9(40) == 9', 'clamp9(9) == 9', 'clamp9(1) == 1'],
  ),
  asserted(
    'digits',
    '// Sum of the decimal digits of x, which is not negative.\nint digit_sum(int x) {\n',
    '    int sum = 0;\n    while (x > 0) {\n        sum += x % 10;\n        x = x / 10;\n    }\n    return sum;\n}\n',
    ['digit_sum(0) == 0', 'digit_sum(7) == 7', 'digit_sum(1234) == 10', 'digit_sum(909) == 18'],
  ),
];

function printing(
  name: string,
  what: string,
  first: string,
  second: string,
  solve: (a: number, b: number) => number[],
): Problem {
  const inputs = [
    [3, 4],
    [10, 2],
    [7, 5],
    [100, 30],
  ];
  return {
    id: `printing/${name}`,
    task: 'printing',
    split: 'test',
    prompt: `Read two numbers and print ${what}, a line each.\n`,
    language: 'cpp',
    tests: {
      includes: '',
      prefix: '',
      suffix: '',
      cases: inputs.map(([a, b]) => ({
        stdin: `${a} ${b}\n`,
        expected: `${solve(a, b).join('\n')}\n`,
      })),
    },
    reference: `#include <iostream>

int main() {
    int a = 0;
    int b = 0;
    std::cin >> a >> b;
    int first = ${first};
    int second = ${second};
    std::cout << first << "\\n";
    std::cout << second << "\\n";
    return 0;
}
`,
    columns: {},
  };
}

function asserted(name: string, prompt: string, reference: string, facts: string[]): Problem {
  return {
    id: `asserted/${name}`,
    task: 'asserted',
    split: 'test',
    prompt,
    language: 'cpp',
    tests: {
      includes: '#include <cassert>\n#include <cstdlib>\n#include <cstdio>\n',
      prefix: prompt,
      suffix: `\nint main() {\n${facts.map((fact) => `    assert(${fact});\n`).join('')}    return 0;\n}\n`,
      cases: [{ stdin: '', expected: null }],
    },
    reference,
    columns: {},
  };
}
