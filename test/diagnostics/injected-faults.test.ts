import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/algorithms/random.js';
import type { Random } from '../../src/algorithms/random.js';
import {
  compilerDiagnostic,
  parseCompilerOutput,
  stitch,
  tokensInSpan,
  withChains,
} from '../../src/diagnostics/index.js';
import type { CompilerFinding, ProgramView } from '../../src/diagnostics/index.js';
import { blamed } from './gallery.js';

const hasCompiler = spawnSync('g++', ['--version']).status === 0;

/** A program with one fault at a place that we know. */
interface Faulty {
  file: string;
  fault: string;
  view: ProgramView;
  whole: string;
  completion: string;
  /** Bytes of the completion that are at fault; empty where something is missing. */
  start: number;
  end: number;
}

const prefix =
  '#define TWICE(x) ((x) + (x))\n#define LOST(x) (x + nowhere)\ntemplate <class T> int area(const T& t) {\n\treturn t.width;\n}\nstruct Point { int x; int y; };\n/* ü */ ';
const suffix = 'int afterwards() { return 0; }\n';

/** Names as models write them, and as they may. */
const names = ['cuont', 'reslut', 'größe', 'x_', 'ñandú', '変数', 'i1'];

/** Each gives a statement, and where in it the fault lies: `<` and `>` around it. */
const faults: Record<string, (name: string) => string> = {
  'an unknown name': (name) => `sum += <${name}> + 1;`,
  'an unknown name behind a literal': (name) => `sum += sizeof("ü\\t漢") + <${name}>;`,
  'an unknown function': (name) => `sum = <${name}>(sum);`,
  'an unknown type': (name) => `<${name}> other = 3;`,
  'an unknown member': (name) => `sum += point.<${name}>;`,
  'an unknown name in a macro’s argument': (name) => `sum += TWICE(<${name}>);`,
  'an unknown name two macros deep': (name) => `sum += TWICE(TWICE(1 + <${name}>));`,
  'a macro that does not compile': () => `sum += <LOST>(1);`,
  'a template that does not fit': () => `sum += <area(sum)>;`,
  'a missing semicolon': () => `sum += 1<>`,
  'a missing semicolon before a comment': () => `sum += 1<> // ; not here`,
  'a missing bracket': () => `sum += (1 + sum<>;`,
  'a stray sign': () => `sum += 1 <@> 2;`,
  'an unused variable': (name) => `int <${name}>;`,
  'two types that do not fit': () => `sum = <"text">;`,
  'a constant that is assigned': () => `<two = 3>;`,
};

function make(seed: number): Faulty {
  const random = createRandom(`faults/${seed}`);
  const kinds = Object.keys(faults);
  const fault = kinds[seed % kinds.length];
  const newline = random.pick(['\n', '\r\n']);
  const statement = faults[fault](random.pick(names));
  const marked = [
    `int f(int n) {`,
    ...fill(random),
    `${indent(random)}int sum = n; const int two = 2; Point point{two, 1};`,
    ...fill(random),
    `${indent(random)}${statement}`,
    ...fill(random),
    `${indent(random)}return sum + point.x;`,
    '}',
  ].join(newline);
  const withoutMarks = statement.replace(/<(?=[^<]*>)|(?<=<[^>]*)>/g, '');
  const before =
    marked.slice(0, marked.indexOf(statement)) + statement.slice(0, statement.indexOf('<'));
  const wrong = statement.slice(statement.indexOf('<') + 1, statement.lastIndexOf('>'));
  // Without a final newline the suffix goes on in the completion's last line.
  const completion = marked.replace(statement, () => withoutMarks) + random.pick(['', newline]);
  const map = stitch([
    { name: 'prefix', text: prefix },
    { name: 'completion', text: completion },
    { name: 'suffix', text: suffix },
  ]);
  const file = `p${seed}.cpp`;
  const start = Buffer.byteLength(before);
  return {
    file,
    fault,
    whole: map.text,
    completion,
    start,
    end: start + Buffer.byteLength(wrong),
    view: {
      map,
      fileKind: (one) => (one === file ? 'program' : 'library'),
      shownAs: (one) => one,
      clean: (text) => text,
      resolve: () => [],
    },
  };
}

function indent(random: Random): string {
  return random.pick(['  ', '\t', '\t\t', '/* 😀 */ ', ' /* é\t漢 */\t']);
}

function fill(random: Random): string[] {
  const lines = [
    '',
    '// größe; 漢字',
    '\tn += 1;',
    '/* a comment',
    '   over lines */',
    '  n = n * 2;',
  ];
  const from = random.int(3);
  return random.int(2) === 0 ? [] : [lines[from], ...(from === 2 ? lines.slice(3, 5) : [])];
}

describe.skipIf(!hasCompiler)(
  `faults put into random programs${hasCompiler ? '' : ' (no g++: skipped)'}`,
  () => {
    const programs = Array.from({ length: 48 }, (_, seed) => make(seed));
    let folder = '';
    let json: CompilerFinding[] = [];
    let text: CompilerFinding[] = [];

    beforeAll(() => {
      folder = mkdtempSync(path.join(tmpdir(), 'rlsf-faults-'));
      for (const { file, whole } of programs) writeFileSync(path.join(folder, file), whole);
      const source = (file: string): string | null =>
        programs.find((one) => one.file === file)?.whole ?? null;
      const compile = (...format: string[]): CompilerFinding[] =>
        parseCompilerOutput(
          spawnSync(
            'g++',
            [
              '-std=c++17',
              '-Wall',
              '-fsyntax-only',
              ...format,
              ...programs.map(({ file }) => file),
            ],
            { cwd: folder, env: { ...process.env, LC_ALL: 'C' }, maxBuffer: 1 << 26 },
          ).stderr.toString('utf8'),
          { source },
        );
      text = compile();
      json = withChains(compile('-fdiagnostics-format=json'), text);
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    /** Findings of one program: places name their file, also those of the prefix's macros. */
    const findingsOf = (all: readonly CompilerFinding[], { file }: Faulty): CompilerFinding[] =>
      all.filter(({ place }) => place?.file === file);

    it.each(programs.map((program) => [program.file, program.fault, program] as const))(
      'cut out exactly what is wrong: %s, %s',
      (_, fault, program) => {
        for (const all of [json, text]) {
          const [first] = findingsOf(all, program).map((one) =>
            compilerDiagnostic(one, program.view),
          );
          const { start, end, completion } = program;
          expect({ fault, ...first.span, text: blamed(completion, first.span) }).toEqual({
            fault,
            start,
            end,
            precision: 'span',
            text: Buffer.from(completion).subarray(start, end).toString(),
          });
        }
      },
    );

    it('say the same in both formats, and blame nothing outside the completion', () => {
      for (const program of programs) {
        const [ours, theirs] = [json, text].map((all) =>
          findingsOf(all, program).map((one) => compilerDiagnostic(one, program.view)),
        );
        expect(theirs).toEqual(ours);
        for (const { span } of ours)
          if (span.precision === 'none')
            expect(span.reason).toMatch(/^harness line \((prefix|suffix)\)$/);
      }
    });

    it('reach the tokens that hold them, however the text was cut into tokens', () => {
      for (const program of programs) {
        const size = Buffer.byteLength(program.completion);
        const random = createRandom(program.file);
        const offsets = [0];
        while (offsets[offsets.length - 1] < size)
          offsets.push(Math.min(size, offsets[offsets.length - 1] + random.int(5)));
        const [first] = findingsOf(json, program).map((one) =>
          compilerDiagnostic(one, program.view),
        );
        if (first.span.precision === 'none') throw new Error(`${program.file} has no span`);
        const found = tokensInSpan(first.span, offsets);
        expect(offsets[found[0]]).toBeLessThanOrEqual(program.start);
        expect(offsets[(found.at(-1) ?? 0) + 1]).toBeGreaterThanOrEqual(program.end);
      }
    });
  },
);
