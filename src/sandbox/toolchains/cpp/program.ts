import { stitch } from '../../../diagnostics/index.js';
import type { ProgramView, RawFrame, SourceMap } from '../../../diagnostics/index.js';
import type { ProgramTests, TestCase } from '../../../records.js';
import { checkFiles } from '../../program-source.js';
import { screen } from './screen.js';
import type { Screening } from './screen.js';
import { sharedCasesOf } from './shared-cases.js';
import type { SharedCases } from './shared-cases.js';
import { leadingHeaders } from './standard-headers.js';

/** One program of one compile. */
export interface Program {
  map: SourceMap;
  tests: ProgramTests;
  screening: Screening;
  /** What it shares with the other completions of its problem; `null`: its cases are its own. */
  shared: SharedCases | null;
  /** Standard headers that it begins with; they may come precompiled. Empty in a batch. */
  headers: string[];
  /** Indices of the cases that are code, called by our driver. */
  codeCases: number[];
  /** Indices of the cases that run the program's own `main`. */
  inputCases: number[];
  /** Its `main` is what runs, where it has one: for its inputs, or because there are no cases at all. */
  runsMain: boolean;
}

/** The program's text is `prefix` + completion + `suffix`; lines count from the prefix's first. */
export function createProgram(
  given: ProgramTests,
  completion: string,
  globals: ReadonlySet<string>,
): Program {
  const tests = given.compileOnly ? { ...given, cases: [] } : given;
  const map = stitch([
    { name: 'prefix', text: tests.prefix },
    { name: 'completion', text: completion },
    { name: 'suffix', text: tests.suffix },
  ]);
  const screening = screen(map.text, globals);
  const codeCases = indicesOf(tests.cases, (one) => !('stdin' in one));
  const inputCases = indicesOf(tests.cases, (one) => 'stdin' in one);
  const files = Object.keys(tests.files ?? {});
  checkFiles(files, ['program.cpp', 'cases.cpp']);
  // Files of its own may hold anything, and `main` is found at global scope only.
  if (screening.mode === 'batch' && (files.length > 0 || inputCases.length > 0)) {
    screening.mode = 'alone';
    screening.reason = files.length > 0 ? 'files of its own' : 'runs on inputs';
  }
  const inBatch = screening.mode === 'batch';
  // Whether it has one, no text tells: it may come from a macro, or stand behind what we do not read.
  const runsMain =
    !inBatch && (inputCases.length > 0 || (codeCases.length === 0 && !tests.compileOnly));
  const shares = inBatch && tests.cases.every((one) => 'code' in one);
  return {
    map,
    tests,
    screening,
    shared: shares ? sharedCasesOf(tests, completion) : null,
    headers: inBatch || tests.includes.trim() !== '' ? [] : leadingHeaders(map.text),
    codeCases,
    inputCases,
    runsMain,
  };
}

/** How the tool's names of program `k` read from outside, where it is the only one. */
export function viewOf(
  program: Program,
  k: number,
  resolve: (frame: RawFrame) => RawFrame[],
): ProgramView {
  const own = new RegExp(`(^|/)${k}/program\\.cpp$`);
  const cases = new RegExp(`(^|/)((${k}|[0-9a-f]{16})/cases|body|unit)\\.cpp$`);
  // A compile server's own folder may stand before it.
  const beside = (file: string): string | undefined =>
    Object.keys(program.tests.files ?? {}).find((name) => `/${file}`.endsWith(`/${k}/${name}`));
  const isHarness = (file: string): boolean => cases.test(file) || beside(file) !== undefined;
  return {
    map: program.map,
    fileKind: (file) => (own.test(file) ? 'program' : isHarness(file) ? 'harness' : 'library'),
    shownAs: (file) =>
      own.test(file)
        ? 'program.cpp'
        : cases.test(file)
          ? 'cases.cpp'
          : (beside(file) ?? file.replace(/^\/judge\//, '')),
    clean: (text) =>
      text.replaceAll(/\brlsf_(?:k\d+|p[0-9a-f]{16})::/g, '').replaceAll(/[^\s:()]+/g, fileName),
    resolve,
  };
}

/** `/judge/0/program.cpp` as its owner knows it. Takes no longer than the word is: the text may be the program's. */
function fileName(word: string): string {
  if (!/(program|cases)\.cpp/.test(word)) return word;
  const start = word.search(/\w/);
  const whole = /^(?:.*\/)?(?:\d+|[0-9a-f]{16})\/((?:program|cases)\.cpp)\b/.exec(
    word.slice(start),
  );
  return whole === null
    ? word.replaceAll(/\b(?:\d+|[0-9a-f]{16})\/((?:program|cases)\.cpp)\b/g, '$1')
    : `${word.slice(0, start)}${whole[1]}${word.slice(start + whole[0].length)}`;
}

function indicesOf(cases: readonly TestCase[], keep: (one: TestCase) => boolean): number[] {
  return cases.flatMap((one, i) => (keep(one) ? [i] : []));
}
