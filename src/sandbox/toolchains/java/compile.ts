import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { javacFindings, parseJavacText } from '../../../diagnostics/index.js';
import type { JavacFinding } from '../../../diagnostics/index.js';
import type { ProcessResult } from '../../process.js';
import type { Bench, BuildCommand } from '../../toolchain.js';
import type { Driver } from './driver.js';
import { compilerFlags, javaEnvironment, javacOptions } from './flags.js';
import type { Jdk } from './jdk.js';
import type { Program } from './program.js';
import { readClasses, sourcesOf, writeSources } from './sources.js';

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
  /** The wall clock ended it: on a busy machine it may only have waited for its turn. */
  outOfTime: boolean;
  /** It failed without naming an error. */
  unexplained: string | null;
}

/** A slow program is put aside after this time, and compiled alone. */
const patienceMs = 4000;
const limitWords = /OutOfMemoryError|StackOverflowError|out of resources/;

/**
 * Compiles programs by the worker's waiting compiler, each by itself. Those that it did not come to
 * are missing: one of them ended it.
 */
export async function compileTogether(
  programs: readonly Program[],
  bench: Bench,
  kit: Kit,
): Promise<Map<Program, Compiled>> {
  await Promise.all(
    programs.map((program, k) => writeSources(join(bench.folder, String(k)), program)),
  );
  const compiler = compilerOf(kit);
  const helper = await bench.helper({ key: 'javac', prepare: async () => undefined, ...compiler });
  const jobs = programs.map(({ file }, k) => `${k}=${file}`);
  await helper?.ask([bench.seenByHelpers, patienceMs, ...jobs].join(' '));
  const reports = await readReports(bench.folder);
  const compiled = new Map<Program, Compiled>();
  for (const [k, program] of programs.entries()) {
    const report = reports.get(String(k));
    // Out of memory: perhaps by what was compiled before.
    if (report !== undefined && !limitWords.test(report.said))
      compiled.set(program, await compiledBy(report, join(bench.folder, `classes${k}`)));
  }
  return compiled;
}

/** The same by a compiler of its own, under the limits of a build. */
export async function compileAlone(program: Program, bench: Bench, kit: Kit): Promise<Compiled> {
  await writeSources(join(bench.folder, '0'), program);
  const { command, ...surroundings } = compilerOf(kit);
  const result = await bench.build({
    ...surroundings,
    command: [...command, '.', '0', `0=${program.file}`],
  });
  const report = (await readReports(bench.folder)).get('0');
  if (report !== undefined && !limitWords.test(report.said))
    return compiledBy(report, join(bench.folder, 'classes0'));
  if (report === undefined && !isKilled(result)) return compileInWords(program, bench, kit);
  return {
    ...nothing,
    durationMs: Math.round(result.durationMs),
    overLimit: true,
    outOfTime: isOutOfTime(result),
  };
}

/** javac itself, should our driver fail with it: its words are read. */
async function compileInWords(
  program: Program,
  bench: Bench,
  { jdk, driver }: Kit,
): Promise<Compiled> {
  const sources = sourcesOf(program).map(([name]) => `0/${name}`);
  const result = await bench.build({
    command: [
      jdk.java.replace(/java$/, 'javac'),
      ...compilerFlags(null).map((flag) => `-J${flag}`),
      ...javacOptions, '-cp', join(driver.folder, 'classes'), '-d', 'words', ...sources,
    ],
    readOnly: [driver.folder, ...jdk.readOnly],
    environment: javaEnvironment(),
  }); // prettier-ignore
  const ok = result.exitCode === 0;
  const texts = new Map<string, string>(sourcesOf(program));
  const words = result.stderr.replaceAll(/^0\//gm, '');
  const findings = parseJavacText(words, (file) => texts.get(file) ?? null);
  const isTold = ok || findings.some(({ severity, file }) => severity === 'error' && file !== null);
  const overLimit = !isTold && (isKilled(result) || limitWords.test(words));
  return {
    ok,
    findings,
    main: ok ? mainOf(program) : null,
    classes: ok ? await readClasses(join(bench.folder, 'words')) : new Map(),
    durationMs: Math.round(result.durationMs),
    exitCode: result.exitCode,
    overLimit,
    outOfTime: overLimit && isOutOfTime(result),
    unexplained: isTold || overLimit ? null : words,
  };
}

function compilerOf({ jdk, driver }: Kit): Required<Omit<BuildCommand, 'memoryMiB'>> {
  const archive = driver.hasArchive ? join(driver.folder, 'javac.jsa') : null;
  const classes = join(driver.folder, 'classes');
  const java = [jdk.java, ...compilerFlags(archive), '-cp', classes, 'rlsf.Compile'];
  return {
    command: [...java, ...javacOptions, '-cp', classes, '--'],
    readOnly: [driver.folder, ...jdk.readOnly],
    environment: javaEnvironment(),
  };
}

interface Report extends Pick<Compiled, 'ok' | 'findings' | 'main' | 'durationMs'> {
  /** What javac said beside its findings. */
  said: string;
}

const nothing: Compiled = {
  ok: false,
  findings: [],
  main: null,
  classes: new Map(),
  durationMs: 0,
  exitCode: null,
  overLimit: false,
  outOfTime: false,
  unexplained: null,
};

async function compiledBy(report: Report, classes: string): Promise<Compiled> {
  const { ok, findings, main, durationMs, said } = report;
  const isTold = ok || findings.some(({ severity }) => severity === 'error');
  return {
    ...nothing,
    ok,
    findings,
    main,
    durationMs,
    classes: ok ? await readClasses(classes) : new Map(),
    exitCode: ok ? 0 : 1,
    unexplained: isTold ? null : said,
  };
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

function isKilled(result: ProcessResult): boolean {
  const { exitCode, truncated } = result;
  return isOutOfTime(result) || truncated || exitCode === null || exitCode > 128;
}

function isOutOfTime({ exitCode, timedOut }: ProcessResult): boolean {
  return timedOut || exitCode === 124;
}

/** Without the driver's look at the trees: the text names it. */
function mainOf({ map, names }: Program): { name: string; at: number } | null {
  const at = map.text.search(/\bstatic\s+void\s+main\s*\(/);
  const start = names.package === '' ? '' : `${names.package}.`;
  return at < 0 ? null : { name: start + names.main, at };
}
