import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { javacDiagnostic, javacFindings, parseJavacText } from '../../../diagnostics/index.js';
import type { JavacFinding } from '../../../diagnostics/index.js';
import type { Diagnostic, StageRecord } from '../../../records.js';
import type { ProcessResult } from '../../process.js';
import type { Bench } from '../../toolchain.js';
import { makeReadable, openToReaders, writeReadable } from '../../workspace.js';
import type { Driver } from './driver.js';
import { compilerFlags, javaEnvironment, javacOptions } from './flags.js';
import type { Jdk } from './jdk.js';
import { viewOf } from './program.js';
import type { Program } from './program.js';

export interface Kit {
  jdk: Jdk;
  driver: Driver;
}

/** What javac made of one program. */
export interface Compiled {
  ok: boolean;
  findings: JavacFinding[];
  /** The class whose `main` would be run, and where that begins in the text (UTF-16). */
  main: { name: string; at: number } | null;
  /** Class files by their paths. */
  classes: Map<string, Uint8Array>;
  durationMs: number;
  exitCode: number | null;
  /** javac reached a limit of ours, or its own. */
  overLimit: boolean;
  /** It failed without naming an error. */
  unexplained: string | null;
}

/** A slow program is put aside after this time, and compiled alone. */
const patienceMs = 4000;

/**
 * Compiles programs by the worker's waiting compiler, each by itself. Those that it did not come to
 * are missing: one of them ended it.
 */
export async function compileTogether(
  programs: readonly Program[],
  bench: Bench,
  kit: Kit,
): Promise<Map<Program, Compiled>> {
  await Promise.all(programs.map((program, k) => writeSources(bench.folder, String(k), program)));
  const jobs = programs.map(({ file }, k) => `${k}=${file}`);
  const command = compilerCommand(kit);
  const helper = await bench.helper({ key: 'javac', prepare: async () => undefined, ...command });
  if (helper !== null) await helper.ask([bench.seenByHelpers, patienceMs, ...jobs].join(' '));
  else
    await bench.build({
      ...command,
      command: [...command.command, '.', String(patienceMs), ...jobs],
    });
  const reports = await readReports(bench.folder);
  const compiled = new Map<Program, Compiled>();
  for (const [k, program] of programs.entries()) {
    const report = reports.get(String(k));
    // Out of memory or of stack: perhaps by what was compiled before.
    if (
      report === undefined ||
      /OutOfMemoryError|StackOverflowError|out of resources/.test(report.said)
    )
      continue;
    const { ok, findings } = report;
    const isExplained = ok || findings.some(({ severity }) => severity === 'error');
    compiled.set(program, {
      ...report,
      exitCode: ok ? 0 : 1,
      classes: ok ? await readClasses(join(bench.folder, `classes${k}`)) : new Map(),
      overLimit: false,
      unexplained: isExplained ? null : report.said,
    });
  }
  return compiled;
}

function compilerCommand({ jdk, driver }: Kit): {
  command: string[];
  readOnly: string[];
  environment: Record<string, string>;
} {
  const archive = driver.hasArchive ? join(driver.folder, 'javac.jsa') : null;
  const classes = join(driver.folder, 'classes');
  return {
    command: [
      jdk.java, ...compilerFlags(archive), '-cp', classes, 'rlsf.Compile', ...javacOptions, '-cp', classes, '--',
    ],
    readOnly: [driver.folder, ...jdk.readOnly],
    environment: javaEnvironment(driver.folder),
  }; // prettier-ignore
}

/**
 * javac itself, under the limits of a build, for a program that the waiting compiler did not bring back:
 * its words are read.
 */
export async function compileAlone(
  program: Program,
  bench: Bench,
  { jdk, driver }: Kit,
): Promise<Compiled> {
  await writeSources(bench.folder, 'alone', program);
  const sources = sourcesOf(program).map(([name]) => `alone/${name}`);
  const result = await bench.build({
    command: [
      jdk.java.replace(/java$/, 'javac'),
      ...compilerFlags(null).map((flag) => `-J${flag}`),
      ...javacOptions, '-cp', join(driver.folder, 'classes'), '-d', 'out', ...sources,
    ],
    readOnly: [driver.folder, ...jdk.readOnly],
    environment: javaEnvironment(driver.folder),
  }); // prettier-ignore
  const ok = result.exitCode === 0;
  const texts = new Map<string, string>(sourcesOf(program));
  const findings = parseJavacText(
    result.stderr.replaceAll(/^alone\//gm, ''),
    (file) => texts.get(file) ?? null,
  );
  const failed = !ok && findings.every(({ severity }) => severity !== 'error');
  const overLimit =
    failed &&
    (isKilled(result) ||
      /OutOfMemoryError|StackOverflowError|out of resources/.test(result.stderr));
  return {
    ok,
    findings,
    main: ok ? mainOf(program) : null,
    classes: ok ? await readClasses(join(bench.folder, 'out')) : new Map(),
    durationMs: result.durationMs,
    exitCode: result.exitCode,
    overLimit,
    unexplained: failed && !overLimit ? result.stderr : null,
  };
}

/** Errors, and the completion's own warnings, each once. */
export function diagnosticsOf(program: Program, compiled: Compiled): Diagnostic[] {
  const view = viewOf(program);
  const all = compiled.findings
    .map((finding) => javacDiagnostic(finding, view))
    .filter(
      ({ severity, span }) =>
        severity === 'error' || (severity === 'warning' && span.precision !== 'none'),
    );
  if (!compiled.ok && all.every(({ severity }) => severity !== 'error'))
    all.push({
      tool: 'javac',
      severity: 'error',
      kind: compiled.overLimit ? 'compiler-limit' : 'error',
      message: compiled.overLimit
        ? 'the compiler reached a limit of time or memory'
        : `the compiler failed: ${(compiled.unexplained ?? '').trim().slice(0, 200)}`,
      option: null,
      position: null,
      span: { precision: 'none', reason: 'the tool names no place' },
      frames: [],
    });
  const seen = new Set<string>();
  return all.filter((one) => {
    const key = JSON.stringify([one.severity, one.kind, one.message, one.span, one.position]);
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}

/** The record of a compile, as if javac had been called for this program alone. */
export function compileStage(
  program: Program,
  compiled: Compiled,
  diagnostics: readonly Diagnostic[],
): StageRecord {
  const stderr = diagnostics
    .filter(({ tool }) => tool === 'javac')
    .map(({ position, severity, message, option }) => {
      const at = position === null ? '' : `${position.file}:${position.line}: `;
      const lint = option === null ? '' : `[${option.replace('-Xlint:', '')}] `;
      return `${at}${severity}: ${lint}${message}\n`;
    })
    .join('');
  return {
    stage: 'compile',
    command: [
      'javac',
      ...javacOptions,
      '-cp',
      'driver',
      ...sourcesOf(program).map(([name]) => name),
    ],
    exitCode: compiled.exitCode,
    signal: null,
    durationMs: compiled.durationMs,
    stdout: '',
    stderr: stderr.slice(0, 8192),
    truncated: stderr.length > 8192,
  };
}

interface Report {
  ok: boolean;
  said: string;
  main: { name: string; at: number } | null;
  durationMs: number;
  findings: JavacFinding[];
}

/** One line per program, as far as the compiler came. */
async function readReports(folder: string): Promise<Map<string, Report>> {
  const text = await readFile(join(folder, 'report.jsonl'), 'utf8').catch(() => '');
  const reports = new Map<string, Report>();
  for (const line of text.split('\n').slice(0, -1)) {
    const { program, ok, said, main, mainAt, millis, findings } = JSON.parse(line) as Record<
      string,
      unknown
    >;
    reports.set(String(program), {
      ok: ok === true,
      said: String(said),
      main: typeof main === 'string' ? { name: main, at: Number(mainAt) } : null,
      durationMs: Number(millis),
      findings: javacFindings(findings),
    });
  }
  return reports;
}

/** What the program is compiled from; further files beside it, Java or not, keep their names. */
function sourcesOf({ file, map, cases, tests }: Program): [string, string][] {
  const further = Object.entries(tests.files ?? {}).filter(([name]) => name.endsWith('.java'));
  return [
    [file, map.text],
    ...(cases === null ? [] : [[cases.file, cases.text] as [string, string]]),
    ...further.filter(([name]) => name !== file),
  ];
}

async function writeSources(folder: string, own: string, program: Program): Promise<void> {
  await makeReadable(join(folder, own));
  for (const [name, text] of sourcesOf(program)) {
    await mkdir(dirname(join(folder, own, name)), { recursive: true });
    await writeReadable(join(folder, own, name), text);
  }
  await openToReaders(join(folder, own));
}

/** Puts classes where a program finds them. */
export async function writeClasses(
  folder: string,
  classes: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  for (const [name, bytes] of classes) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
  await openToReaders(folder);
}

async function readClasses(folder: string): Promise<Map<string, Uint8Array>> {
  const names = await readdir(folder, { recursive: true });
  const files = names.filter((name) => name.endsWith('.class'));
  return new Map(
    await Promise.all(
      files.map(async (name): Promise<[string, Uint8Array]> => [
        name,
        await readFile(join(folder, name)),
      ]),
    ),
  );
}

function isKilled({ exitCode, timedOut, truncated }: ProcessResult): boolean {
  return timedOut || truncated || exitCode === null || exitCode === 124 || exitCode > 128;
}

/** Without the driver's look at the trees: the text names it. */
function mainOf({ map, names }: Program): { name: string; at: number } | null {
  const at = map.text.search(/\bstatic\s+void\s+main\s*\(/);
  const start = names.package === '' ? '' : `${names.package}.`;
  return at < 0 ? null : { name: start + names.main, at };
}
