import { pythonLines, stitch } from '../../../diagnostics/index.js';
import type { ProgramView, PythonLines } from '../../../diagnostics/index.js';
import { inputError } from '../../../errors.js';
import type { ProgramTests } from '../../../records.js';
import { checkFiles, sourceParts } from '../../program-source.js';
import { byArguments } from '../../test-inputs.js';
import type { JudgeJob } from '../../toolchain.js';

/** One program, as all runs of it see it. */
export interface PythonProgram {
  tests: ProgramTests;
  /** `program.py`: `includes`, `prefix`, completion, `suffix`. */
  text: string;
  lines: PythonLines;
  view: ProgramView;
  /** Indices of the cases that are code, in one run. */
  codeCases: number[];
  /** Runs of the whole program: inputs that go with the same arguments. */
  inputs: { args: string[]; indices: number[] }[];
}

export const casesFile = '.rlsf-cases';

export function createPythonProgram({ completion, tests: given }: JudgeJob): PythonProgram {
  if (given === undefined)
    throw inputError('judge: expected `tests` for a program in python, came none.');
  const tests = given.compileOnly ? { ...given, cases: [] } : given;
  const files = Object.keys(tests.files ?? {});
  checkFiles(files, ['program.py']);
  const map = stitch(sourceParts(tests, completion));
  const isHarness = (file: string): boolean => /^test \d+$/.test(file) || files.includes(file);
  const view: ProgramView = {
    map,
    fileKind: (file) =>
      file === 'program.py' ? 'program' : isHarness(file) ? 'harness' : 'library',
    shownAs: (file) => file,
    clean: (text) => text,
    resolve: () => [],
  };
  return {
    tests,
    text: map.text,
    lines: pythonLines(map),
    view,
    codeCases: tests.cases.flatMap((one, i) => ('stdin' in one ? [] : [i])),
    inputs: byArguments(tests.cases),
  };
}

/** The cases that are code, behind a line with their sizes in bytes. */
export function casesText({ tests, codeCases }: PythonProgram): string {
  const texts = codeCases.map((i) => {
    const one = tests.cases[i];
    return 'assert' in one ? one.assert : 'code' in one ? one.code : '';
  });
  const sizes = texts.map((text) => Buffer.byteLength(text));
  return `${sizes.join(' ')}\n${texts.join('')}`;
}
