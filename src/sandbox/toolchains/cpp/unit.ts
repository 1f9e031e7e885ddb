import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { stitch } from '../../../diagnostics/index.js';
import type { ProgramView, RawFrame, SourceMap } from '../../../diagnostics/index.js';
import type { ProgramTests } from '../../../records.js';
import { makeReadable, writeReadable } from '../../workspace.js';
import { screen } from './screen.js';
import type { Screening } from './screen.js';
import { sharedCasesOf, sharedSource } from './shared-cases.js';
import type { SharedCases } from './shared-cases.js';

/** One program of one compile. */
export interface Program {
  map: SourceMap;
  tests: ProgramTests;
  screening: Screening;
  /** What it shares with the other completions of its problem; `null`: its cases are its own. */
  shared: SharedCases | null;
}

/** The program's text is `prefix` + completion + `suffix`; lines count from the prefix's first. */
export function createProgram(tests: ProgramTests, completion: string): Program {
  const map = stitch([
    { name: 'prefix', text: tests.prefix },
    { name: 'completion', text: completion },
    { name: 'suffix', text: tests.suffix },
  ]);
  const screening = screen(map.text);
  return {
    map,
    tests,
    screening,
    shared: screening.mode === 'batch' ? sharedCasesOf(tests, completion) : null,
  };
}

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
      await makeReadable(join(folder, String(k)));
      await writeReadable(join(folder, String(k), 'program.cpp'), endLine(program.map.text));
      await writeReadable(join(folder, String(k), 'cases.cpp'), casesOf(program));
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

async function linkHeader(folder: string, header: string): Promise<void> {
  await symlink(join(header, 'rlsf.h'), join(folder, 'rlsf.h'));
  await symlink(join(header, 'rlsf.h.gch'), join(folder, 'rlsf.h.gch'));
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

/** How the tool's names of program `k` read from outside, where it is the only one. */
export function viewOf(
  program: Program,
  k: number,
  resolve: (frame: RawFrame) => RawFrame[],
): ProgramView {
  const own = new RegExp(`(^|/)${k}/program\\.cpp$`);
  const cases = new RegExp(
    `(^|/)((${k}|[0-9a-f]{16})/cases|shared|unit|whole${k}|syntax${k})\\.cpp$`,
  );
  return {
    map: program.map,
    fileKind: (file) => (own.test(file) ? 'program' : cases.test(file) ? 'harness' : 'library'),
    shownAs: (file) =>
      own.test(file)
        ? 'program.cpp'
        : cases.test(file)
          ? 'cases.cpp'
          : file.replace(/^\/judge\//, ''),
    clean: (text) =>
      text
        .replaceAll(/\brlsf_(?:k\d+|p[0-9a-f]{16})::/g, '')
        .replaceAll(/\b(?:[^\s:()]*\/)?(?:\d+|[0-9a-f]{16})\/(program|cases)\.cpp\b/g, '$1.cpp'),
    resolve,
  };
}

function unitOf(programs: readonly Program[], objects: ReadonlySet<string>): string {
  const external = new Set<string>();
  const rows = programs.map(({ tests, screening, shared }, k) => {
    if (shared !== null && objects.has(shared.name)) {
      external.add(shared.name);
      return `{&rlsf_cases_${shared.name}, ${tests.cases.length}, reinterpret_cast<void*>(&rlsf_k${k}::${shared.functionName})}`;
    }
    const count = tests.cases.length || (screening.definesMain ? 1 : 0);
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

function casesOf({ tests, screening }: Program): string {
  const { cases } = tests;
  if (cases.length === 0 && screening.definesMain)
    return `static const rlsf_case rlsf_cases[] = {rlsf_run_main};\n${table}`;
  if (cases.length === 0) return '';
  const functions = cases.map(({ code }, i) => `static void rlsf_case_${i}() {\n${code}\n}\n`);
  return `${functions.join('')}static const rlsf_case rlsf_cases[] = {${cases.map((_, i) => `rlsf_case_${i}`).join(', ')}};\n${table}`;
}

/** A pointer of constant value: nothing runs before `main`. */
const table = 'static const rlsf_case* const rlsf_table = rlsf_cases;\n';

function endLine(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
