import { abortAt } from './aborts.js';
import type { Abort } from './aborts.js';
import { asanReport } from './asan.js';
import { leakReports } from './lsan.js';
import type { SanitizerReport } from './sanitizer-report.js';
import { withoutColours } from './terminal.js';
import { ubsanReport } from './ubsan.js';

export interface SanitizerOptions {
  /**
   * Whether the program was aborted. Without ASan's `handle_abort` no report follows the runtime's
   * words, so `false` takes them for something that the program printed by itself. @default true
   */
  aborted?: boolean;
}

/**
 * All reports of AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer in a text, in order,
 * and what the runtime says before it aborts; the same fault at the same place once.
 */
export function parseSanitizerReports(
  stderr: string,
  { aborted = true }: SanitizerOptions = {},
): SanitizerReport[] {
  const lines = withoutColours(stderr).replaceAll('\r\n', '\n').split('\n');
  const reports: SanitizerReport[] = [];
  let abort: SanitizerReport | null = null;
  let signal = false;
  for (let i = 0; i < lines.length; i++) {
    const ubsan = ubsanReport(lines, i);
    if (ubsan !== null) {
      reports.push(ubsan);
      continue;
    }
    const said = abortAt(lines, i);
    if (said !== null) {
      // The last words are the reason, but «terminate called» also ends what has its own reason.
      if (abort === null || said.kind !== 'terminate') {
        if (abort !== null) reports.splice(reports.indexOf(abort), 1);
        abort = runnerReport(said);
        reports.push(abort);
      }
    }
    if (/^(Address|UndefinedBehavior|Leak)Sanitizer:DEADLYSIGNAL/.test(lines[i])) signal = true;
    const head =
      /^(?:==\d+==)?\s*(?:(ERROR): )?((?:Address|Leak|UndefinedBehavior)Sanitizer)(:| failed| CHECK) ?(.*)$/.exec(
        lines[i],
      );
    if (head === null) continue;
    const [, error, sanitizer, mark, rest] = head;
    const headline = mark === ':' ? rest : `${mark.trim()} ${rest}`;
    const isInternal = /^CHECK failed|^nested bug|^hard rss limit/.test(headline);
    if (error === undefined && !isInternal) continue;
    const end = endOfReport(lines, i + 1);
    const body = lines.slice(i + 1, end);
    signal = false;
    if (headline.startsWith('detected memory leaks')) reports.push(...leakReports(body));
    else {
      const report = asanReport(sanitizer, headline, body);
      if (report.kind !== 'ABRT') reports.push(report);
      else if (abort !== null) {
        abort.stacks = report.stacks;
        abort = null;
      } else reports.push({ ...runnerReport(unknownAbort), stacks: report.stacks });
    }
    i = end - 1;
  }
  if (signal) reports.push(unreportedSignal);
  if (abort !== null && !aborted) reports.splice(reports.indexOf(abort), 1);
  return dropRepeats(reports);
}

/** LeakSanitizer could not do its work (no ptrace, no memory): our failure, not the program's. */
export function hasLeakSanitizerFailed(text: string): boolean {
  return text.includes('LeakSanitizer has encountered a fatal error');
}

const unknownAbort: Abort = { kind: 'abort', message: 'the program aborted', place: null };

/** The stack was too deep, or too broken, for the report to be written. */
const unreportedSignal: SanitizerReport = {
  tool: 'asan',
  kind: 'deadly-signal',
  message: 'a deadly signal, and no report of it could be written',
  place: null,
  stacks: [],
  deadly: true,
};

function runnerReport({ kind, message, place }: Abort): SanitizerReport {
  return { tool: 'runner', kind, message, place, stacks: [], deadly: true };
}

function endOfReport(lines: string[], from: number): number {
  for (let i = from; i < lines.length; i++) {
    if (lines[i].startsWith('SUMMARY: ') || /^==\d+==ABORTING/.test(lines[i])) return i + 1;
    if (/^==\d+==\s*ERROR: /.test(lines[i])) return i;
  }
  return lines.length;
}

/** The same fault at the same place, said again, is one fault. */
function dropRepeats(reports: SanitizerReport[]): SanitizerReport[] {
  const seen = new Set<string>();
  return reports.filter((report) => {
    const frames = report.stacks[0]?.frames
      .map((frame) => frame.offset ?? `${frame.file}:${frame.line}`)
      .join();
    const key = JSON.stringify([
      report.tool,
      report.kind,
      report.place,
      report.place === null ? frames : null,
    ]);
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}
