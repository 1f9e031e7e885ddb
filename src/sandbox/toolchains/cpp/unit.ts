import { mkdir, symlink } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeReadable, openToReaders, writeReadable } from '../../workspace.js';
import type { Program } from './program.js';
import { sharedSource } from './shared-cases.js';
import type { SharedCases } from './shared-cases.js';

/** The one file that every compile begins with; a compile server waits behind its first line. */
export const mainFile = '#include "rlsf.h"\n#include "body.cpp"\n';

/** An undefined reference where a program has no `main`. */
export const requiresMain =
  'extern "C" int __real_main(int, char**);\nextern int (*const rlsf_needed)(int, char**) = __real_main;\n';

/**
 * What the compiler sees: every program and its cases in files of their own, so each place names its
 * program. The returned body includes them; `objects` names the problems whose cases are compiled already.
 */
export async function writeUnit(
  folder: string,
  programs: readonly Program[],
  header: string,
  objects: ReadonlySet<string>,
): Promise<string> {
  const together = sharedHere(programs, objects);
  await Promise.all([
    linkHeader(folder, header),
    writeReadable(join(folder, 'unit.cpp'), mainFile),
    ...programs.map(async (program, k) => {
      const own = join(folder, String(k));
      await makeReadable(own);
      await writeReadable(join(own, 'program.cpp'), endLine(program.map.text));
      await writeReadable(join(own, 'cases.cpp'), casesOf(program));
      await writeFiles(own, program.tests.files ?? {});
    }),
    ...[...together.values()].map((program) => writeCases(folder, program)),
  ]);
  return unitOf(programs, objects, together);
}

/** The body of a unit with the cases of one problem and no program. */
export async function writeSharedCases(
  folder: string,
  program: Program,
  shared: SharedCases,
  header: string,
): Promise<string> {
  await linkHeader(folder, header);
  await writeReadable(join(folder, 'unit.cpp'), mainFile);
  await writeCases(folder, program);
  return sharedSource(shared);
}

/** A body with program `k` alone, for a look at its syntax: by itself, or with its cases. */
export function bodyAlone(program: Program, k: number, withCases: boolean): string {
  return `${bodyOf(program, k, withCases)}\n`;
}

/** Problems whose cases several programs of this unit share, with one of them: compiled once, here. */
function sharedHere(
  programs: readonly Program[],
  objects: ReadonlySet<string>,
): Map<string, Program> {
  const users = new Map<string, Program[]>();
  for (const program of programs)
    if (program.shared !== null && !objects.has(program.shared.name))
      users.set(program.shared.name, [...(users.get(program.shared.name) ?? []), program]);
  return new Map([...users].flatMap(([name, all]) => (all.length > 1 ? [[name, all[0]]] : [])));
}

async function writeCases(folder: string, program: Program): Promise<void> {
  const name = program.shared?.name ?? '';
  await makeReadable(join(folder, name));
  await writeReadable(join(folder, name, 'cases.cpp'), casesOf(program));
}

export async function linkHeader(folder: string, header: string): Promise<void> {
  await symlink(join(header, 'rlsf.h'), join(folder, 'rlsf.h'));
  if (existsSync(join(header, 'rlsf.h.gch')))
    await symlink(join(header, 'rlsf.h.gch'), join(folder, 'rlsf.h.gch'));
}

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  if (Object.keys(files).length === 0) return;
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeReadable(join(folder, name), text);
  }
  await openToReaders(folder);
}

function unitOf(
  programs: readonly Program[],
  objects: ReadonlySet<string>,
  together: ReadonlyMap<string, Program>,
): string {
  const isApart = (program: Program): boolean =>
    program.shared !== null &&
    (objects.has(program.shared.name) || together.has(program.shared.name));
  const external = new Set<string>();
  const rows = programs.map((program, k) => {
    const { codeCases, shared } = program;
    const count = codeCases.length;
    if (shared !== null && isApart(program)) {
      if (!together.has(shared.name)) external.add(shared.name);
      return `{&rlsf_cases_${shared.name}, ${count}, reinterpret_cast<void*>(&rlsf_k${k}::${shared.functionName})}`;
    }
    return `{${count > 0 ? `&rlsf_k${k}::rlsf_table` : 'nullptr'}, ${count}, nullptr}`;
  });
  const shared = [...together.values()].flatMap((one) => (one.shared === null ? [] : [one.shared]));
  return [
    ...shared.map(sharedSource),
    ...[...external].map((name) => `extern const rlsf_case* const rlsf_cases_${name};`),
    ...programs.map((program, k) => bodyOf(program, k, !isApart(program))),
    `extern const rlsf_program rlsf_programs[] = {${rows.join(', ')}};`,
    `extern const int rlsf_program_count = ${programs.length};`,
    '',
  ].join('\n');
}

function bodyOf({ screening }: Program, k: number, withCases: boolean): string {
  const text = `#include "${k}/program.cpp"`;
  const cases = `#include "${k}/cases.cpp"`;
  if (screening.mode === 'batch')
    return [`namespace rlsf_k${k} {`, text, ...(withCases ? [cases] : []), '}'].join('\n');
  return [text, ...(withCases ? [`namespace rlsf_k${k} {`, cases, '}'] : [])].join('\n');
}

function casesOf({ tests, codeCases }: Program): string {
  if (codeCases.length === 0) return '';
  const bodies = codeCases.map((i) => {
    const one = tests.cases[i];
    return 'assert' in one ? one.assert : 'code' in one ? one.code : '';
  });
  const asserts = codeCases.some((i) => 'assert' in tests.cases[i]);
  const functions = bodies.map(
    (body, i) => `${testAttribute} static void rlsf_case_${i}() {\n${body}\n}\n`,
  );
  const list = bodies.map((_, i) => `rlsf_case_${i}`).join(', ');
  return `${asserts ? assertion : ''}${functions.join('')}static const rlsf_case rlsf_cases[] = {${list}};\n${table}`;
}

/** What the tests themselves do wrong is nobody's fault here, and their checks cost an eighth of a compile. */
const testAttribute = '__attribute__((no_sanitize("undefined")))';

/** In a test, what does not hold ends the case; in the program itself it still aborts. */
const assertion =
  '#undef assert\n#define assert(...) ((__VA_ARGS__) ? void() : rlsf_failed(#__VA_ARGS__))\n';

/** A pointer of constant value: nothing runs before `main`. */
const table = 'static const rlsf_case* const rlsf_table = rlsf_cases;\n';

function endLine(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
