import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stitch } from '../../../diagnostics/index.js';
import type { ProgramView, RawFrame, SourceMap } from '../../../diagnostics/index.js';
import type { ProgramTests } from '../../../records.js';
import type { Screening } from './screen.js';

/** One program of one compile. */
export interface Program {
  map: SourceMap;
  tests: ProgramTests;
  screening: Screening;
}

/** The program's text is `prefix` + completion + `suffix`; lines count from the prefix's first. */
export function createProgram(tests: ProgramTests, completion: string, screening: Screening): Program {
  const map = stitch([
    { name: 'prefix', text: tests.prefix },
    { name: 'completion', text: completion },
    { name: 'suffix', text: tests.suffix },
  ]);
  return { map, tests, screening };
}

/** What the compiler sees: every program and its cases in files of their own, so each place names its program. */
export async function writeUnit(folder: string, programs: readonly Program[], header: string): Promise<void> {
  await Promise.all([
    symlink(join(header, 'rlsf.h'), join(folder, 'rlsf.h')),
    symlink(join(header, 'rlsf.h.gch'), join(folder, 'rlsf.h.gch')),
    ...programs.map(async (program, k) => {
      await mkdir(join(folder, String(k)), { mode: 0o755 });
      await writeFile(join(folder, String(k), 'program.cpp'), endLine(program.map.text));
      await writeFile(join(folder, String(k), 'cases.cpp'), casesOf(program));
    }),
    writeFile(join(folder, 'unit.cpp'), unitOf(programs)),
  ]);
}

/** A file with program `k` alone, for a look at its syntax: by itself, or with its cases. */
export async function writeSyntaxFile(folder: string, program: Program, k: number, withCases: boolean): Promise<string> {
  const name = `${withCases ? 'whole' : 'syntax'}${k}.cpp`;
  await writeFile(join(folder, name), `#include "rlsf.h"\n${bodyOf(program, k, withCases)}\n`);
  return name;
}

/** How the tool's names of program `k` read from outside, where it is the only one. */
export function viewOf(program: Program, k: number, resolve: (frame: RawFrame) => RawFrame[]): ProgramView {
  const own = new RegExp(`(^|/)${k}/program\\.cpp$`);
  const cases = new RegExp(`(^|/)(${k}/cases|unit|whole${k}|syntax${k})\\.cpp$`);
  return {
    map: program.map,
    fileKind: (file) => (own.test(file) ? 'program' : cases.test(file) ? 'harness' : 'library'),
    shownAs: (file) => (own.test(file) ? 'program.cpp' : cases.test(file) ? 'cases.cpp' : file.replace(/^\/judge\//, '')),
    clean: (text) =>
      text
        .replaceAll(/\brlsf_k\d+::/g, '')
        .replaceAll(/\b(?:[^\s:()]*\/)?\d+\/(program|cases)\.cpp\b/g, '$1.cpp'),
    resolve,
  };
}

function unitOf(programs: readonly Program[]): string {
  const rows = programs.map(({ tests, screening }, k) => {
    const calls = tests.cases.length > 0 || screening.definesMain;
    return `{${calls ? `rlsf_k${k}::rlsf_cases` : 'nullptr'}, ${tests.cases.length || (screening.definesMain ? 1 : 0)}}`;
  });
  return [
    '#include "rlsf.h"',
    ...programs.map((program, k) => bodyOf(program, k, true)),
    `extern const rlsf_program rlsf_programs[] = {${rows.join(', ')}};`,
    `extern const int rlsf_program_count = ${programs.length};`,
    '',
  ].join('\n');
}

function bodyOf({ screening }: Program, k: number, withCases: boolean): string {
  const text = `#include "${k}/program.cpp"`;
  const cases = `#include "${k}/cases.cpp"`;
  if (screening.mode === 'batch') return [`namespace rlsf_k${k} {`, text, ...(withCases ? [cases] : []), '}'].join('\n');
  return [text, ...(withCases ? [`namespace rlsf_k${k} {`, cases, '}'] : [])].join('\n');
}

function casesOf({ tests, screening }: Program): string {
  const { cases } = tests;
  if (cases.length === 0 && screening.definesMain)
    return 'static const rlsf_case rlsf_cases[] = {rlsf_run_main};\n';
  if (cases.length === 0) return '';
  const functions = cases.map(({ code }, i) => `static void rlsf_case_${i}() {\n${code}\n}\n`);
  return `${functions.join('')}static const rlsf_case rlsf_cases[] = {${cases.map((_, i) => `rlsf_case_${i}`).join(', ')}};\n`;
}

function endLine(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
