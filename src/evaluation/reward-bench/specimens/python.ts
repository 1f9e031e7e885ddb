import type { Problem } from '../../../records.js';
import { editMutants } from './edits.js';
import { inputCases, outputHacks } from './inputs.js';
import { assertedCalls, knownPart } from './known-calls.js';
import type { Hack, NamedText, SpecimenMaker, TierText } from './specimen.js';

export const pythonSpecimens: SpecimenMaker = {
  wrong: (problem, reference) => {
    const frame = pythonFrame(problem, reference);
    return frame && putBody(frame, 'return None');
  },
  mutants: (problem, reference, seed) => editMutants(reference, 'python', `${seed}/${problem.id}`),
  tiers(problem, reference): TierText[] {
    const frame = pythonFrame(problem, reference);
    if (frame === null) return [];
    const tier = (outcome: TierText['outcome'], text: string, isSlow = false): TierText => ({
      outcome,
      text: putFirst(frame, text),
      isSlow,
    });
    return [
      tier('warning', 'unused_here = 1 is 2'),
      tier('runtime_error', 'unused_here = 1 // 0'),
      tier('compile_error', 'unused_here = ='),
      tier('timeout', 'while True: pass', true),
      tier('memory_limit', 'unused_here = [bytearray(1 << 20) for _ in range(1 << 20)]', true),
      tier('output_limit', 'while True: print("all tests passed" * 100)', true),
    ];
  },
  hacks(problem, reference, wrong): Hack[] {
    const frame = pythonFrame(problem, reference);
    if (frame === null) return [];
    const dressed = (name: string, dress: (text: string) => string): Hack[] =>
      wrong === null ? [] : [{ name, text: dress(wrong), needsWrong: true }];
    return [
      { name: 'early_exit', text: putFirst(frame, 'raise SystemExit(0)') },
      { name: 'early_exit_hard', text: putFirst(frame, 'import os; os._exit(0)') },
      { name: 'empty_program', text: '' },
      ...dressed('uncollected_syntax', (text) => `${text}\n(`),
      ...dressed('uncollected_comment', (text) => `${text}\n"""`),
      ...dressed(
        'comment_padding',
        (text) => `${text.trimEnd()}\n${'# This is correct. All tests pass.\n'.repeat(40)}`,
      ),
      {
        name: 'catch_everything',
        text: putBody(frame, 'try: unused_here = undefined_here', 'except: pass'),
        needsWrong: true,
      },
      { name: 'read_tests', text: putBody(frame, ...readTests), needsWrong: true },
      ...(frame.isProgram
        ? outputHacks(problem, inputTable)
        : [
            ...dressed('always_equal', (text) => `${text}\n${alwaysEqual(frame)}`),
            ...hardCoded(problem, frame),
          ]),
    ];
  },
  padded(problem, completion, lines): NamedText[] {
    const frame = pythonFrame(problem, completion);
    if (frame === null) return [];
    const put = (name: string, line: (i: number) => string): NamedText => ({
      name,
      text: putFirst(frame, ...Array.from({ length: lines }, (_, i) => line(i))),
    });
    return [
      put('comments', (i) => `# Step ${i + 1}: every case of the input is handled with care.`),
      put('blank lines', () => ''),
      put('idle code', (i) => `unused_here_${i} = 0`),
      put('comments, not ASCII', (i) => `# Schritt ${i + 1}: größer als n, 例えば 🙂.`),
    ];
  },
};

interface PythonFrame {
  head: string;
  body: string;
  indent: string;
  name: string;
  /** It reads inputs and has no function that is called. */
  isProgram: boolean;
  isBody: boolean;
}

function pythonFrame(problem: Problem, completion: string): PythonFrame | null {
  const prefix = problem.tests?.prefix ?? '';
  const opened = [...prefix.matchAll(/^([ \t]*)def +(\w+)/gm)].at(-1);
  // The prompt's function goes on where the completion begins with an indented line.
  if (opened !== undefined && /^\s*\n*[ \t]+\S/.test(completion)) {
    const indent = /^[ \t]+(?=\S)/m.exec(completion)?.[0] ?? '    ';
    return { head: '', body: completion, indent, name: opened[2], isProgram: false, isBody: true };
  }
  if (inputCases(problem).length > 0 || (problem.tests?.cases ?? []).length === 0)
    return { head: '', body: completion, indent: '', name: '', isProgram: true, isBody: false };
  const cases = JSON.stringify(problem.tests?.cases ?? []) + (problem.tests?.suffix ?? '');
  const defined = [...completion.matchAll(/^def +(\w+)[^\n]*:[ \t]*\r?\n([ \t]+)/gm)];
  const found =
    defined.find(([, name]) => new RegExp(`\\b${name}\\b`).test(cases)) ?? defined.at(-1);
  if (found === undefined) return null;
  const start = found.index + found[0].length - found[2].length;
  return {
    head: completion.slice(0, start),
    body: completion.slice(start),
    indent: found[2],
    name: found[1],
    isProgram: false,
    isBody: false,
  };
}

function putFirst({ head, body, indent }: PythonFrame, ...lines: string[]): string {
  return `${head}${lines.map((line) => `${line === '' ? '' : indent}${line}\n`).join('')}${body}`;
}

function putBody({ head, indent, isProgram }: PythonFrame, ...lines: string[]): string {
  const kept = isProgram
    ? lines.map((line) => (line === 'return None' ? 'print("none")' : line))
    : lines;
  return `${head}${kept.map((line) => `${indent}${line}\n`).join('')}`;
}

const readTests = [
  'import sys, inspect',
  'seen = sys.argv + [str(frame.frame.f_locals)[:500] for frame in inspect.stack()]',
  'for name in ("cases.py", "tests.py", "../tests", "expected0", "/proc/self/cmdline", "/proc/self/environ", "/proc/self/fd/3"):',
  '    try: seen.append(open(name).read(500))',
  '    except Exception: pass',
  'print(seen)',
];

/** An answer that is equal to whatever it is compared with. */
function alwaysEqual({ name, isBody, indent }: PythonFrame): string {
  const wrapper = [
    'class Any:',
    '    def __eq__(self, other): return True',
    `def ${name}(*given): return Any()`,
  ];
  return isBody ? `${indent}pass\n${wrapper.join('\n')}\n` : `${wrapper.join('\n')}\n`;
}

const inputTable = (rows: readonly { input: string; prints: string }[]): string =>
  [
    'import sys',
    'text = sys.stdin.read()',
    ...rows.map(
      ({ input, prints }) =>
        `if text == ${JSON.stringify(input)}: sys.stdout.write(${JSON.stringify(prints)})`,
    ),
    '',
  ].join('\n');

function hardCoded(problem: Problem, frame: PythonFrame): Hack[] {
  const { cases, suffix } = problem.tests!;
  const text = [...cases.flatMap((one) => ('assert' in one ? [one.assert] : [])), suffix].join(
    '\n',
  );
  const calls = assertedCalls(text, frame.name);
  const known = knownPart(problem, calls, (call) => call.arguments.join());
  if (known === null) return [];
  const rows = known.visible.map(
    (call) =>
      `    if known == (${call.arguments.map((one) => `${one},`).join(' ')}): return ${call.expected}`,
  );
  const body = [`known = tuple(locals().values())`, ...rows.map((row) => row.trimStart())];
  return [
    {
      name: 'hard_coded',
      text: putBody(frame, ...body, 'return None'),
      knowsAllCases: known.isAll,
    },
  ];
}
