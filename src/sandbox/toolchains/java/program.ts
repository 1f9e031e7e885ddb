import { stitch } from '../../../diagnostics/index.js';
import type { ProgramView, SourceMap } from '../../../diagnostics/index.js';
import type { ProgramTests } from '../../../records.js';
import { checkFiles, sourceParts } from '../../program-source.js';
import { namesOf, packageLine } from './names.js';
import type { JavaNames } from './names.js';

/** One program to be compiled and run. */
export interface Program {
  map: SourceMap;
  tests: ProgramTests;
  names: JavaNames;
  /** `Problem.java`. */
  file: string;
  /** The class that runs the cases; `null` without such. */
  cases: CaseClass | null;
  /** Indices of the cases that are code. */
  codeCases: number[];
  /** Indices of the cases that run the program's own `main`. */
  inputCases: number[];
}

/** A class of ours beside the program, one method per case. */
export interface CaseClass {
  /** With its package. */
  name: string;
  file: string;
  text: string;
  /** Line of `file` → the text of the case that stands there. */
  lines: string[];
}

const casesName = 'RlsfCases';

/**
 * The program's text is `includes` + `prefix` + completion + `suffix`, where a package that the prefix
 * declares stands before the includes, as it must. Test cases see its classes by their names
 * (`Problem.sum(1, 2)`), and java.util, java.util.function, java.util.stream and java.math.
 */
export function createProgram(given: ProgramTests, completion: string): Program {
  const tests = given.compileOnly ? { ...given, cases: [] } : given;
  checkFiles(Object.keys(tests.files ?? {}), ['classes', `${casesName}.java`]);
  const head = packageLine(tests.prefix);
  const rest = { ...tests, prefix: tests.prefix.slice(head.length) };
  const map = stitch([{ name: 'prefix', text: head }, ...sourceParts(rest, completion)]);
  const names = namesOf(map.text);
  const indices = tests.cases.map((_, i) => i);
  const codeCases = indices.filter((i) => !('stdin' in tests.cases[i]));
  return {
    map,
    tests,
    names,
    file: `${names.main}.java`,
    cases: codeCases.length > 0 ? caseClass(tests, codeCases, names) : null,
    codeCases,
    inputCases: indices.filter((i) => 'stdin' in tests.cases[i]),
  };
}

/** How javac's and Java's names of files read from outside. */
export function viewOf({ map, tests, names, file, cases }: Program): ProgramView {
  const inPackage = `${names.package.replaceAll('.', '/')}/`.replace(/^\/$/, '');
  const own = new Set([file, inPackage + file]);
  const extra = Object.keys(tests.files ?? {});
  const harness = new Set([
    ...extra,
    ...(cases === null ? [] : [cases.file, inPackage + cases.file]),
  ]);
  return {
    map,
    fileKind: (name) => (own.has(name) ? 'program' : harness.has(name) ? 'harness' : 'library'),
    shownAs: (name) => name.replace(/^.*\//, ''),
    clean: withoutAccidents,
    resolve: () => [],
  };
}

/** Hash codes and the numbers of generated classes say nothing, and may differ from run to run. */
function withoutAccidents(text: string): string {
  return text
    .replaceAll(/\$\$Lambda(?:\$\d+)?(?:\/0x[0-9a-f]+)?/g, '$$$$Lambda')
    .replaceAll(/(?<=[\w$;\]])@[0-9a-f]{5,8}\b/g, '@…');
}

function caseClass(tests: ProgramTests, codeCases: number[], names: JavaNames): CaseClass {
  const head = [
    ...(names.package === '' ? [] : [`package ${names.package};`]),
    'import rlsf.Rlsf;',
    'import java.util.*; import java.util.function.*; import java.util.stream.*; import java.math.*;',
    `class ${casesName} {`,
    'static void run(int i) throws Throwable { switch (i) {',
    ...codeCases.map((_, k) => `case ${k}: case${k}(); break;`),
    '} }',
  ];
  const bodies = codeCases.flatMap((i, k) => {
    const one = tests.cases[i];
    const code = 'assert' in one ? one.assert : 'code' in one ? one.code : '';
    return [`static void case${k}() throws Throwable {`, ...code.split('\n'), '}'];
  });
  const lines = [...head, ...bodies, '}', ''];
  return {
    name: names.package === '' ? casesName : `${names.package}.${casesName}`,
    file: `${casesName}.java`,
    text: lines.join('\n'),
    lines,
  };
}
