import { mkdir, symlink } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeReadable, openToReaders, writeReadable } from '../../workspace.js';
import type { Program } from './program.js';
import { sharedSource } from './shared-cases.js';
import type { SharedCases } from './shared-cases.js';

/**
 * What the compiler sees: every program and its cases in files of their own, so each place names its
 * program. `objects` names the problems whose cases are compiled already.
 */
export async function writeUnit(
  folder: string,
  programs: readonly Program[],
  header: string,
  objects: ReadonlySet<string>,
): Promise<void> {
  await Promise.all([
    linkHeader(folder, header),
    ...programs.map(async (program, k) => {
      const own = join(folder, String(k));
      await makeReadable(own);
      await writeReadable(join(own, 'program.cpp'), endLine(program.map.text));
      await writeReadable(join(own, 'cases.cpp'), casesOf(program));
      await writeFiles(own, program.tests.files ?? {});
    }),
    writeReadable(join(folder, 'unit.cpp'), unitOf(programs, objects)),
  ]);
}

/** `shared.cpp`: the cases of one problem, to be compiled for all its completions. */
export async function writeSharedCases(
  folder: string,
  program: Program,
  shared: SharedCases,
  header: string,
): Promise<void> {
  await linkHeader(folder, header);
  await makeReadable(join(folder, shared.name));
  await writeReadable(join(folder, shared.name, 'cases.cpp'), casesOf(program));
  await writeReadable(join(folder, 'shared.cpp'), sharedSource(shared));
}

/** A file with program `k` alone, for a look at its syntax: by itself, or with its cases. */
export async function writeSyntaxFile(
  folder: string,
  program: Program,
  k: number,
  withCases: boolean,
): Promise<string> {
  const name = `${withCases ? 'whole' : 'syntax'}${k}.cpp`;
  await writeReadable(join(folder, name), `#include "rlsf.h"\n${bodyOf(program, k, withCases)}\n`);
  return name;
}

async function linkHeader(folder: string, header: string): Promise<void> {
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

function unitOf(programs: readonly Program[], objects: ReadonlySet<string>): string {
  const external = new Set<string>();
  const rows = programs.map(({ codeCases, shared }, k) => {
    if (shared !== null && objects.has(shared.name)) {
      external.add(shared.name);
      return `{&rlsf_cases_${shared.name}, ${codeCases.length}, reinterpret_cast<void*>(&rlsf_k${k}::${shared.functionName})}`;
    }
    const count = codeCases.length;
    return `{${count > 0 ? `&rlsf_k${k}::rlsf_table` : 'nullptr'}, ${count}, nullptr}`;
  });
  return [
    '#include "rlsf.h"',
    ...[...external].map((name) => `extern const rlsf_case* const rlsf_cases_${name};`),
    ...programs.map((program, k) =>
      bodyOf(program, k, program.shared === null || !objects.has(program.shared.name)),
    ),
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
  const functions = bodies.map((body, i) => `static void rlsf_case_${i}() {\n${body}\n}\n`);
  const list = bodies.map((_, i) => `rlsf_case_${i}`).join(', ');
  return `${asserts ? assertion : ''}${functions.join('')}static const rlsf_case rlsf_cases[] = {${list}};\n${table}`;
}

/** In a test, what does not hold ends the case; in the program itself it still aborts. */
const assertion =
  '#undef assert\n#define assert(...) ((__VA_ARGS__) ? void() : rlsf_failed(#__VA_ARGS__))\n';

/** A pointer of constant value: nothing runs before `main`. */
const table = 'static const rlsf_case* const rlsf_table = rlsf_cases;\n';

function endLine(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
