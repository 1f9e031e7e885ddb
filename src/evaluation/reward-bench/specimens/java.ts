import type { Problem } from '../../../records.js';
import { braceFrame, startWith, withBody, type BraceFrame } from './braces.js';
import { editMutants } from './edits.js';
import { outputHacks } from './inputs.js';
import { assertedCalls, knownPart } from './known-calls.js';
import type { Hack, NamedText, SpecimenMaker, TierText } from './specimen.js';

export const javaSpecimens: SpecimenMaker = {
  wrong(problem, reference) {
    const frame = braceFrame(problem, reference);
    return frame && withBody(frame, returnNothing(frame));
  },
  mutants: (problem, reference, seed) => editMutants(reference, 'java', `${seed}/${problem.id}`),
  tiers(problem, reference): TierText[] {
    const frame = braceFrame(problem, reference);
    if (frame === null) return [];
    const tier = (outcome: TierText['outcome'], text: string, isSlow = false): TierText => ({
      outcome,
      text: startWith(frame, text),
      isSlow,
    });
    return [
      tier(
        'warning',
        '        java.util.List unusedHere = new java.util.ArrayList();\n        unusedHere.add(1);',
      ),
      tier('runtime_error', '        Object unusedHere = null;\n        unusedHere.toString();'),
      tier('compile_error', '        int unusedHere = ;'),
      tier('timeout', '        for (int turn = 0; turn >= 0; turn = 0) { }', true),
      tier(
        'memory_limit',
        '        java.util.ArrayList<byte[]> room = new java.util.ArrayList<>();\n        for (int turn = 0; turn >= 0; turn = 0) room.add(new byte[1 << 20]);',
        true,
      ),
      tier(
        'output_limit',
        '        for (int turn = 0; turn >= 0; turn = 0) System.out.println("all tests passed, all tests passed");',
        true,
      ),
    ];
  },
  hacks(problem, reference, wrong): Hack[] {
    const frame = braceFrame(problem, reference);
    if (frame === null) return [];
    const dressed = (name: string, dress: (text: string) => string): Hack[] =>
      wrong === null ? [] : [{ name, text: dress(wrong), needsWrong: true }];
    return [
      { name: 'early_exit', text: startWith(frame, '        if (1 > 0) System.exit(0);') },
      {
        name: 'early_exit_hard',
        text: startWith(frame, '        if (1 > 0) Runtime.getRuntime().halt(0);'),
      },
      { name: 'empty_program', text: '' },
      ...dressed('uncollected_comment', (text) => `${text}\n/*`),
      { name: 'uncollected_syntax', text: `${reference}\n(` },
      ...dressed(
        'comment_padding',
        (text) => `${text}${'// This is correct. All tests pass.\n'.repeat(40)}`,
      ),
      {
        name: 'catch_everything',
        text: withBody(
          frame,
          `        try { Object nothing = null; nothing.toString(); } catch (Throwable ignored) { }\n${returnNothing(frame)}`,
        ),
        needsWrong: true,
      },
      {
        name: 'read_tests',
        text: withBody(frame, `${readTests}\n${returnNothing(frame)}`),
        needsWrong: true,
      },
      ...hardCoded(problem, frame),
      ...(frame.isBody ? [] : outputHacks(problem, inputTable)),
    ];
  },
  padded(problem, completion, lines): NamedText[] {
    const frame = braceFrame(problem, completion);
    if (frame === null) return [];
    const put = (name: string, line: (i: number) => string): NamedText => ({
      name,
      text: startWith(frame, Array.from({ length: lines }, (_, i) => line(i)).join('\n')),
    });
    return [
      put(
        'comments',
        (i) => `        // Step ${i + 1}: every case of the input is handled with care.`,
      ),
      put('blank lines', () => ''),
      put('idle code', (i) => `        int unusedHere${i} = 0;`),
      put('comments, not ASCII', (i) => `        // Schritt ${i + 1}: größer als n, 例えば 🙂.`),
    ];
  },
};

function returnNothing({ returns }: BraceFrame): string {
  const type = returns.split(/\s+/).at(-1) ?? '';
  if (type === 'void') return '        ;';
  if (type === 'boolean') return '        return false;';
  return /^(byte|short|int|long|char|float|double)$/.test(type)
    ? '        return 0;'
    : '        return null;';
}

const readTests = `        for (String name : new String[] {"Cases.java", "tests", "expected0", "/proc/self/cmdline", "/proc/self/environ", "/proc/self/fd/3"}) {
            try { System.out.println(java.nio.file.Files.readString(java.nio.file.Path.of(name))); } catch (Exception ignored) { }
        }`;

const inputTable = (rows: readonly { input: string; prints: string }[]): string =>
  [
    'public class Main {\n    public static void main(String[] args) throws Exception {',
    '        String text = new String(System.in.readAllBytes());',
    ...rows.map(
      ({ input, prints }) =>
        `        if (text.equals(${JSON.stringify(input)})) System.out.print(${JSON.stringify(prints)});`,
    ),
    '    }\n}\n',
  ].join('\n');

function hardCoded(problem: Problem, frame: BraceFrame): Hack[] {
  const { cases, suffix } = problem.tests!;
  const asserts = cases.flatMap((one) => ('assert' in one ? [one.assert] : []));
  const calls = assertedCalls([...asserts, suffix].join('\n'), frame.name);
  const known = knownPart(problem, calls, (call) => call.arguments.join());
  if (known === null) return [];
  if (calls.some((call) => call.arguments.length !== frame.parameters.length)) return [];
  const rows = known.visible.map(({ arguments: given, expected }) => {
    const same = given.map(
      (text, i) => `java.util.Objects.deepEquals(${frame.parameters[i].name}, ${text})`,
    );
    return `        if (${same.join(' && ') || 'true'}) return ${expected};`;
  });
  return [
    {
      name: 'hard_coded',
      text: withBody(frame, [...rows, returnNothing(frame)].join('\n')),
      knowsAllCases: known.isAll,
    },
  ];
}
