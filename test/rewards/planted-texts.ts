import { createRandom } from '../../src/algorithms/index.js';
import type { LabelledText } from '../../src/rewards/index.js';

/**
 * Half references, half the policy's: small loops that are alike but for a habit, the policy's `<=` in
 * nine of ten where references have `<` in nine of ten, and its statements of no use.
 */
export function planted(n: number, part: string): LabelledText[] {
  const random = createRandom(`planted/${part}`);
  return Array.from({ length: n }, (_, i) => {
    const isReference = i % 2 === 0;
    const habit = random.next() < 0.9;
    const [index, sum] = random.shuffle(['i', 'j', 'k', 'total', 'sum', 'at']);
    const compare = isReference === habit ? '<' : '<=';
    const step = random.pick(['++', ' += 1', ' += 2']);
    const value = random.pick(['a[x]', 'a[x] * a[x]', 'x', 'a[x] % 3']).replaceAll('x', index);
    const useless = habit && !isReference ? `\n    (void)${sum};` : '';
    return {
      isReference,
      text: `    int ${sum} = ${random.int(3)};
    for (int ${index} = 0; ${index} ${compare} n; ${index}${step}) ${sum} += ${value};${useless}
    return ${sum};
}`,
    };
  });
}
