import { createRandom } from '../../../algorithms/index.js';
import { byteSpanAt, type Mutant } from './specimen.js';

interface EditOperator {
  name: string;
  kind: string;
  /** What is replaced, by its only group or as a whole. */
  pattern: RegExp;
  to: string | ((found: string) => string);
}

/** Small edits that mostly change what a program gives, in Python and Java alike. */
const shared: readonly EditOperator[] = [
  {
    name: 'constant',
    kind: 'arithmetic',
    pattern: /(?<![\w.])\d{1,3}(?![\w.])/g,
    to: (text) => String(Number(text) + 1),
  },
  {
    name: 'operator',
    kind: 'arithmetic',
    pattern: /(?<= )[-+*](?= )/g,
    to: (text) => ({ '+': '-', '-': '+' })[text] ?? '+',
  },
  {
    name: 'comparison',
    kind: 'logic',
    pattern: /(?<= )(?:[<>]=?|[=!]=)(?= )/g,
    to: (text) => opposites[text],
  },
];

const opposites: Record<string, string> = {
  '<': '>=',
  '>': '<=',
  '<=': '>',
  '>=': '<',
  '==': '!=',
  '!=': '==',
};

const python: readonly EditOperator[] = [
  ...shared,
  { name: 'return', kind: 'logic', pattern: /(?<=\breturn )[^\n]+/g, to: 'None' },
  {
    name: 'connective',
    kind: 'logic',
    pattern: /\b(?:and|or)\b/g,
    to: (text) => (text === 'and' ? 'or' : 'and'),
  },
  {
    name: 'truth',
    kind: 'logic',
    pattern: /\b(?:True|False)\b/g,
    to: (text) => (text === 'True' ? 'False' : 'True'),
  },
  { name: 'colon', kind: 'syntax', pattern: /:(?=[ \t]*\n)/g, to: '' },
  {
    name: 'name',
    kind: 'types',
    pattern: /(?<=\breturn )[a-z]\w*\b(?![(.])/g,
    to: (text) => `${text}_`,
  },
  { name: 'print', kind: 'logic', pattern: /(?<=\bprint\()[^()\n]+(?=\))/g, to: '"none"' },
];

const java: readonly EditOperator[] = [
  ...shared,
  {
    name: 'connective',
    kind: 'logic',
    pattern: /&&|\|\|/g,
    to: (text) => (text === '&&' ? '||' : '&&'),
  },
  {
    name: 'truth',
    kind: 'logic',
    pattern: /\b(?:true|false)\b/g,
    to: (text) => (text === 'true' ? 'false' : 'true'),
  },
  { name: 'semicolon', kind: 'syntax', pattern: /;(?=[ \t]*\n)/g, to: '' },
  {
    name: 'name',
    kind: 'types',
    pattern: /(?<=\breturn )[a-z]\w*\b(?![(.])/g,
    to: (text) => `${text}_`,
  },
];

/** Every text with one such edit, of every operator one place before any comes again. */
export function editMutants(text: string, language: 'python' | 'java', seed: string): Mutant[] {
  const random = createRandom(seed);
  const places = (language === 'python' ? python : java).map(({ name, kind, pattern, to }) =>
    random.fork(name).shuffle(
      [...text.matchAll(pattern)].map((match): Mutant => {
        const [found] = match;
        const put = typeof to === 'string' ? to : to(found);
        const changed = text.slice(0, match.index) + put + text.slice(match.index + found.length);
        return {
          name: `${kind}/${name}`,
          text: changed,
          faultKind: kind,
          fault: byteSpanAt(changed, match.index, match.index + put.length),
        };
      }),
    ),
  );
  const rounds = Math.max(0, ...places.map((list) => list.length));
  return Array.from({ length: rounds }, (_, round) =>
    places.flatMap((list) => list.slice(round, round + 1)),
  ).flat();
}
