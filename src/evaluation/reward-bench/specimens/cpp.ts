import { createRandom } from '../../../algorithms/index.js';
import { corruptions, failsAsNamed } from '../../../tasks/cpp/corruption/corruption.js';
import { braceFrame, startWith, withBody, type BraceFrame } from './braces.js';
import { cppHacks } from './cpp-hacks.js';
import type { Mutant, NamedText, SpecimenMaker, TierText } from './specimen.js';

export const cppSpecimens: SpecimenMaker = {
  wrong(problem, reference) {
    const frame = braceFrame(problem, reference);
    return frame && withBody(frame, `    ${returnNothing(frame)}`);
  },
  mutants: (problem, reference, seed): Mutant[] =>
    corruptions(reference, createRandom(`${seed}/${problem.id}`)).map(
      ({ text, operator, kind, span }) => ({
        name: operator,
        text,
        faultKind: kind,
        fault: span,
        isFault: (verdict) => failsAsNamed(operator, verdict),
      }),
    ),
  tiers(problem, reference) {
    const frame = braceFrame(problem, reference);
    if (frame === null) return [];
    return tierStarts.map(({ outcome, text, isSlow }) => ({
      outcome,
      text: startWith(frame, text),
      isSlow,
    }));
  },
  hacks: (problem, reference, wrong) => {
    const frame = braceFrame(problem, reference);
    return frame === null ? [] : cppHacks(problem, frame, reference, wrong);
  },
  padded(problem, completion, lines): NamedText[] {
    const frame = braceFrame(problem, completion);
    if (frame === null) return [];
    const put = (name: string, line: (i: number) => string): NamedText => ({
      name,
      text: startWith(frame, Array.from({ length: lines }, (_, i) => line(i)).join('\n')),
    });
    return [
      put('comments', (i) => `    // Step ${i + 1}: every case of the input is handled with care.`),
      put('blank lines', () => ''),
      put('idle code', () => '    (void)sizeof(int);'),
      put('comments, not ASCII', (i) => `    // Schritt ${i + 1}: größer als n, 例えば 🙂.`),
    ];
  },
};

function returnNothing({ name, returns }: BraceFrame): string {
  if (name === 'main') return 'return 0;';
  return /\bvoid$/.test(returns) ? ';' : 'return {};';
}

/** What at the start of a right program makes it one of this tier. */
const tierStarts: readonly TierText[] = [
  { outcome: 'warning', text: '    int unused_here = 0;' },
  {
    outcome: 'runtime_error',
    text: '    int* volatile nowhere = nullptr;\n    *nowhere = 1;',
  },
  { outcome: 'compile_error', text: '    int broken = ;' },
  {
    outcome: 'timeout',
    text: '    for (volatile unsigned turn = 0;; turn = turn + 1) {\n    }',
    isSlow: true,
  },
  {
    outcome: 'memory_limit',
    text: '    for (;;) {\n        volatile char* room = new char[1 << 20];\n        for (int at = 0; at < (1 << 20); at += 1024) room[at] = 1;\n    }',
    isSlow: true,
  },
  {
    outcome: 'output_limit',
    text: '    for (;;) __builtin_puts("all tests passed, all tests passed, all tests passed");',
    isSlow: true,
  },
];
