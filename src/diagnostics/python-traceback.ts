import { className } from './python-records.js';
import type { PythonException, PythonFrame, PythonLink, PythonStack } from './python-records.js';

/**
 * The tracebacks of a text, as the interpreter and the module `traceback` write them: for what our
 * driver could not tell itself. Lines only; marks under a line are passed over.
 */
export function parsePythonTracebacks(text: string): PythonException[] {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.replace(/^ *(?:\| ?|\+ (?=Exception Group))/, ''));
  const found: PythonException[] = [];
  let earlier: PythonLink[] = [];
  let begun = 0;
  for (let i = 0; i < lines.length; i++) {
    if (!/^(Exception Group )?Traceback \(most recent call last\):$/.test(lines[i])) continue;
    if (earlier.length === 0) begun = i;
    const stack = readFrames(lines, i + 1);
    const said = readMessage(lines, stack.end);
    const link = {
      title: '',
      kind: said.kind,
      message: said.message,
      frames: stack.frames,
      cut: 0,
    };
    i = said.end - 1;
    const joint = jointOf(lines[said.end + 1] ?? '');
    if (joint === null) {
      found.push({ ...link, where: whereOf(lines[begun - 1] ?? ''), errno: null, chain: earlier });
      earlier = [];
    } else earlier = [{ ...link, title: joint }, ...earlier];
  }
  return found;
}

/**
 * The stacks that faulthandler wrote, the last thread's first: `Fatal Python error: Aborted`, or
 * nothing above them when it was only asked.
 */
export function parseFaultHandler(text: string): { error: string | null; stacks: PythonStack[] } {
  const lines = text.split('\n');
  const error = /^Fatal Python error: (.*)$/m.exec(text)?.[1] ?? null;
  const stacks: PythonStack[] = [];
  for (const [i, line] of lines.entries()) {
    if (
      !/^((Current t|T)hread 0x[0-9a-f]+( \[.*\])?|Stack) \(most recent call first\):$/.test(line)
    )
      continue;
    const frames: PythonFrame[] = [];
    let at = i + 1;
    for (; at < lines.length; at++) {
      const frame = /^ {2}File "(.*)", line (\d+) in (.*)$/.exec(lines[at]);
      if (frame === null) break;
      frames.push(frameOf(frame[1], Number(frame[2]), frame[3]));
    }
    // It shows a hundred frames and does not say how many it leaves out.
    stacks.push({ frames, cut: /^ {2}\.\.\.$/.test(lines[at] ?? '') ? 1 : 0 });
  }
  return { error, stacks: stacks.reverse() };
}

function readFrames(
  lines: readonly string[],
  from: number,
): { frames: PythonFrame[]; end: number } {
  const frames: PythonFrame[] = [];
  let i = from;
  for (; i < lines.length; i++) {
    const frame = /^ {2}File "(.*)", line (\d+)(?:, in (.*))?$/.exec(lines[i]);
    const again = /^ {2}\[Previous line repeated (\d+) more times?\]$/.exec(lines[i]);
    if (frame !== null) frames.push(frameOf(frame[1], Number(frame[2]), frame[3] ?? '<module>'));
    else if (again !== null && frames.length > 0)
      frames.push(
        ...Array<PythonFrame>(Math.min(Number(again[1]), 3000)).fill(frames[frames.length - 1]),
      );
    else if (!/^ {4}/.test(lines[i])) break;
  }
  return { frames: frames.reverse(), end: i };
}

/** `KeyError: 'a'`; a message may go on, until a blank line. */
function readMessage(
  lines: readonly string[],
  at: number,
): { kind: string; message: string; end: number } {
  const head = /^(?:[\w.]+\.)?([^\s:.]+)(?:: (.*))?$/su.exec(lines[at] ?? '');
  let end = at + 1;
  while (end < lines.length && lines[end] !== '' && !/^(Traceback|Exception|  \+)/.test(lines[end]))
    end++;
  const rest = lines.slice(at + 1, end);
  const message = [head?.[2] ?? '', ...rest].join('\n').trim();
  return { kind: className(head?.[1]), message: message.slice(0, 1000), end };
}

/** Of the line above a traceback: the thread, or what ignored it. */
function whereOf(line: string): string | null {
  if (/^Exception in (a )?thread\b/.test(line)) return 'thread';
  const ignoring = /^Exception ignored in:? (?:<function (\S+) at .*>|(.+?):?)$/.exec(line);
  return ignoring === null ? null : (ignoring[1] ?? 'unraisable');
}

function jointOf(line: string): string | null {
  if (line.startsWith('The above exception was the direct cause')) return 'direct cause';
  return line.startsWith('During handling of the above exception') ? 'raised while handling' : null;
}

function frameOf(file: string, line: number, name: string): PythonFrame {
  return { file, function: name, line, column: null, endLine: null, endColumn: null };
}
