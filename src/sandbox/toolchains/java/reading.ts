import {
  javaDiagnostic,
  locateJavaStack,
  locateOverflow,
  parseJavaFrame,
  parseJavaTraces,
} from '../../../diagnostics/index.js';
import type { JavaFrame, JavaPlace, JavaThrown, ProgramView } from '../../../diagnostics/index.js';
import type { Diagnostic } from '../../../records.js';
import type { Execution } from '../../execution.js';
import { runnerFinding } from '../../verdict.js';
import type { RunReading } from '../../program-run.js';
import { loopOfStack } from '../../loops.js';
import { javaLoops } from './loops.js';
import { viewOf } from './program.js';
import type { Program } from './program.js';

/**
 * What a run says: the driver's reports (kernels/java/rlsf/Report.java) come on a channel of their own,
 * each behind its marker, so what a program prints by itself is never taken for one.
 */
export function readRun(
  execution: Execution,
  program: Program,
  { mustFinish }: { mustFinish: boolean },
): RunReading {
  const view = viewOf(program);
  const blocks = blocksOf(execution.stops);
  const thrown = blocks
    .filter(({ marker }) => marker === 'RLSF-THROWN')
    .flatMap(({ lines }) => parseJavaTraces(lines.join('\n')).map(unescaped));
  const told = thrown.map((one) => asFailedTest(javaDiagnostic(one, view), one, view));
  const full = told.findIndex(isOutOfMemory);
  const memoryLimit = full < 0 ? null : blameMemory(told[full], thrown[full], view);
  // Each case may fill the memory anew.
  const findings = told.filter((one) => !isOutOfMemory(one));
  const left =
    execution.cause === 'none' ? leaving(execution, blocks, findings, mustFinish, view) : null;
  return {
    findings: [...findings, ...[memoryLimit, left].filter((one) => one !== null)],
    trouble: troubleOf(execution, blocks),
    stoppedAt: stopOf(execution, blocks, view),
    memoryLimit,
    exitIsTools: thrown.length > 0 && execution.code === 1,
    stderr: view.clean(withoutDump(shortened(execution.stderr))),
  };
}

/** The text of the assertion that a case failed by; the driver names its line. */
export function withAssertionTexts(execution: Execution, { cases }: Program): Execution {
  if (cases === null || execution.results.failed.size === 0) return execution;
  const failed = new Map(
    [...execution.results.failed].map(([i, line]): [number, string] => [
      i,
      cases.lines[Number(line) - 1]?.trim() ?? line,
    ]),
  );
  return { ...execution, results: { ...execution.results, failed } };
}

interface Block {
  marker: string;
  lines: string[];
}

function blocksOf(stops: string): Block[] {
  const blocks: Block[] = [];
  for (const line of stops.split('\n')) {
    if (/^RLSF-/.test(line)) blocks.push({ marker: line, lines: [] });
    else blocks.at(-1)?.lines.push(line);
  }
  return blocks;
}

/** Messages come in one line each. */
function unescaped({ thread, chain }: JavaThrown): JavaThrown {
  const plain = (text: string | null): string | null =>
    text?.replaceAll(/\\([\\nr])/g, (_, c: string) =>
      c === 'n' ? '\n' : c === 'r' ? '\r' : '\\',
    ) ?? null;
  return { thread, chain: chain.map((one) => ({ ...one, message: plain(one.message) })) };
}

/** An assertion of the tests that does not hold is a wrong answer; one of the program is its own error. */
function asFailedTest(finding: Diagnostic, { chain }: JavaThrown, view: ProgramView): Diagnostic {
  if (chain[0].type !== 'java.lang.AssertionError') return finding;
  const raised = chain[0].frames.find(
    ({ file }) => file !== null && view.fileKind(file) !== 'library',
  );
  if (raised === undefined) return finding;
  const place = locateJavaStack([raised], view);
  if (place.span.precision !== 'none') return finding;
  const line = view.fileKind(raised.file ?? '') === 'program' ? lineOf(view, raised.line) : '';
  const message = `failed${line === '' ? '' : `: ${line}`}`;
  return { ...finding, kind: 'failed-test', message, position: place.position, span: place.span };
}

function lineOf({ map }: ProgramView, line: number | null): string {
  const text = map.text.split('\n')[(line ?? 0) - 1]?.trim() ?? '';
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** Too many threads are no lack of memory, whatever Java calls it. */
function isOutOfMemory({ kind, message }: Diagnostic): boolean {
  return kind === 'OutOfMemoryError' && !message.includes('unable to create native thread');
}

/** The heap may be full at one line or the next: the loop that fills it is the same every time. */
function blameMemory(finding: Diagnostic, { chain }: JavaThrown, view: ProgramView): Diagnostic {
  const place = blameLoop(chain[0].frames, view);
  // Told by us or by Java, which the load decides, it reads the same.
  const message = finding.message.replace(/.*Java heap space$/, 'the memory reached its limit');
  return { ...finding, message, ...(place.span.precision === 'none' ? {} : place) };
}

/** It ended itself before its end: which call of `System.exit` that was. */
function leaving(
  { ended, code, results }: Execution,
  blocks: readonly Block[],
  findings: readonly Diagnostic[],
  mustFinish: boolean,
  view: ProgramView,
): Diagnostic | null {
  if (ended !== 'exit' || findings.length > 0 || (code === 0 && (results.finished || !mustFinish)))
    return null;
  const exit = blocks.find(({ marker }) => marker === 'RLSF-EXIT');
  const [thread] = exit === undefined ? [] : threadsOf(exit.lines);
  if (thread === undefined && code !== 0) return null;
  const message = `the program ended itself with exit code ${code}`;
  const finding = runnerFinding(code === 0 ? 'early-exit' : 'exit-code', message);
  if (thread === undefined) return finding;
  // What Java does at its end is not the program's.
  const call = thread.findIndex((frame) => frame.function === 'java.lang.Runtime.exit');
  return { ...finding, ...locateJavaStack(thread.slice(call + 1), view) };
}

/** The machine itself could not be started: no program ran that could have said so. */
function troubleOf(execution: Execution, blocks: readonly Block[]): string | null {
  const { cause, code, stderr, stdout } = execution;
  if (cause !== 'none' || code === 0 || blocks.some(({ marker }) => marker === 'RLSF-READY'))
    return null;
  return `the Java machine did not start: ${(stderr + stdout).trim().split('\n').slice(0, 3).join(' ').slice(0, 200)}`;
}

/** Where a limit found it: told by the driver's clock, else by the machine on SIGQUIT. */
function stopOf(
  { stderr }: Execution,
  blocks: readonly Block[],
  view: ProgramView,
): JavaPlace | null {
  const stops = blocks.filter(({ marker }) => marker.startsWith('RLSF-STOP ')).reverse();
  const dump = stderr.indexOf(dumpHead);
  const threads = [
    ...stops.flatMap(({ lines }) => threadsOf(lines)),
    ...(dump < 0 ? [] : threadsOf(stderr.slice(dump).split('\n'))),
  ];
  const own = threads.map((frames) => blameLoop(frames, view));
  return own.find(({ span }) => span.precision !== 'none') ?? own[0] ?? null;
}

function threadsOf(lines: readonly string[]): JavaFrame[][] {
  const threads: JavaFrame[][] = [];
  for (const line of lines) {
    if (line.startsWith('"')) threads.push([]);
    const frame = parseJavaFrame(line);
    if (frame !== null) threads.at(-1)?.push(frame);
  }
  return threads.filter((frames) => frames.length > 0);
}

/**
 * A stack at a limit, told so that the next run tells the same: the loop that it was in (loops.ts),
 * and nothing of the inner frames; in endless recursion the call.
 */
function blameLoop(frames: readonly JavaFrame[], view: ProgramView): JavaPlace {
  const own = frames.filter(
    ({ file, line }) =>
      file !== null &&
      view.fileKind(file) === 'program' &&
      view.map.locate(line ?? 0, null).precision !== 'none',
  );
  if (frames.length >= 100) return locateOverflow(frames, view);
  const loopAt = javaLoops(view.map);
  const places = [...own].reverse().flatMap((frame) => {
    const loop = loopAt(frame.line ?? 0);
    if (loop === null) return [];
    const { start, end, counted } = loop;
    const span = view.map.locate(start.line, start.column, end.line, end.column);
    if (span.precision === 'none') return [];
    const position = { file: view.shownAs(frame.file ?? ''), ...start };
    return [
      { counted, place: { position, span, frames: [{ function: frame.function, position }] } },
    ];
  });
  const blamed = loopOfStack(places);
  if (blamed !== null) return blamed.place;
  const entry = own.at(-1);
  return locateJavaStack(entry === undefined ? frames : [entry], view);
}

const dumpHead = 'Full thread dump ';

/** What the machine told on SIGQUIT is ours, not the program's. */
function withoutDump(stderr: string): string {
  const at = stderr.indexOf(dumpHead);
  return at < 0 ? stderr : stderr.slice(0, at).replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n$/, '');
}

/** How deep a stack was when it overflowed differs from run to run. */
function shortened(stderr: string): string {
  return stderr.replaceAll(/(StackOverflowError.*\n)(?:\s+at .*\n)+/g, '$1\t…\n');
}
