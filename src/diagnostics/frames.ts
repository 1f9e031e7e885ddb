/** A frame as a sanitizer printed it: with a source place, or with a module and an offset to resolve. */
export interface RawFrame {
  function: string;
  file: string | null;
  line: number | null;
  column: number | null;
  module: string | null;
  /** Hexadecimal, `0x…`. */
  offset: string | null;
}

export interface SanitizerStack {
  /** `` for the place itself; `allocated by thread T0 here`, `freed by thread T0 here`, … */
  title: string;
  frames: RawFrame[];
}

/** The lines `    #0 0x… in f file:1:2` and `    #0 0x… (module+0x12)`, from the first to the last in a row. */
export function parseFrames(lines: readonly string[]): RawFrame[] {
  const frames: RawFrame[] = [];
  for (const line of lines) {
    const frame = parseFrame(line);
    if (frame === null) break;
    frames.push(frame);
  }
  return frames;
}

/** All stacks of a report, each with the line above it as its title; the first is the fault's own. */
export function parseStacks(body: readonly string[]): SanitizerStack[] {
  const stacks: SanitizerStack[] = [];
  for (let i = 0; i < body.length; i++) {
    if (!/^\s*#0 0x/.test(body[i])) continue;
    const frames = parseFrames(body.slice(i));
    const title =
      stacks.length === 0 ? '' : withoutAddresses(body[i - 1] ?? '').replace(/:\s*$/, '');
    stacks.push({ title, frames });
    i += Math.max(frames.length - 1, 0);
  }
  return stacks;
}

/** What differs from run to run: addresses, process and thread numbers of the main thread. */
export function withoutAddresses(line: string): string {
  return line
    .slice(0, 2048)
    .replace(/^==\d+==\s*/, '')
    .replace(/^0x[0-9a-f]+ is located/, 'located')
    .replace(/^Address 0x[0-9a-f]+ is( located)?/, 'located')
    .replace(' of thread T0', '')
    .replaceAll(/\s*\[0x[0-9a-f]+,\s*0x[0-9a-f]+\)( and)?/g, '')
    .replace(
      / on (unknown )?address (0x[0-9a-f]+)?.*$/,
      (_, unknown: string | undefined, address: string | undefined) =>
        unknown === undefined
          ? ''
          : address !== undefined && /^0x0+$/.test(address)
            ? ' on the null pointer'
            : ' on an unknown address',
    )
    .replace(/ on 0x[0-9a-f]+(?= |$)/, '')
    .replace(/ at 0x[0-9a-f]+ thread T\d+/, '')
    .replace(/: 0x[0-9a-f]+ in thread.*$/, '')
    .replace(/ in thread T\d+.*$/, '')
    .replaceAll(/\s*\(pc 0x.*?\)/g, '')
    .replace(/ which was not malloc\(\)-ed: 0x[0-9a-f]+/, ' which was not malloc()-ed')
    .replaceAll(/\s*\(0x[0-9a-f]{6,}\)/g, '')
    .replaceAll(/ \((pid=\d+|tid=\d+|thread T\d+)\)/g, '')
    .replaceAll(/\b0x[0-9a-f]{6,}\b/g, '<address>')
    .trim();
}

/** By searches for fixed words, not by one large pattern: a program may print such lines itself, as long as it likes. */
function parseFrame(line: string): RawFrame | null {
  const head = /^\s*#\d+ 0x[0-9a-f]+(?=\s|$)/.exec(line);
  if (head === null) return null;
  let rest = line.slice(head[0].length).trim();
  if (rest.endsWith(')') && rest.includes('(BuildId: '))
    rest = rest.slice(0, rest.lastIndexOf('(BuildId: ')).trimEnd();
  const { module, offset, before } = binaryOf(rest);
  const name = before.replace('(<unknown module>)', '').replace(/^in /, '').trim();
  const numbers = /:(\d+)(?::(\d+))?$/.exec(name);
  const split = numbers === null ? -1 : fileStart(name.slice(0, numbers.index));
  const file = numbers === null || split < 0 ? '' : name.slice(split, numbers.index);
  const isKnown = numbers !== null && file !== '' && file !== '??' && Number(numbers[1]) > 0;
  return {
    function: (split < 0 ? name : name.slice(0, split)).replace(/ \?\?$/, '').trim(),
    file: isKnown ? file : null,
    line: isKnown ? Number(numbers[1]) : null,
    column: isKnown && numbers[2] !== undefined ? Number(numbers[2]) : null,
    module,
    offset,
  };
}

/** `… (/path/to/program+0x12)`. */
function binaryOf(text: string): { before: string } & Pick<RawFrame, 'module' | 'offset'> {
  const none = { before: text, module: null, offset: null };
  const plus = text.lastIndexOf('+0x');
  if (!/^\+0x[0-9a-f]+\)$/.test(text.slice(Math.max(plus, 0)))) return none;
  const absolute = text.indexOf('(/');
  const open = absolute >= 0 ? absolute : text.lastIndexOf('(', plus);
  if (open < 0) return none;
  const offset = text.slice(plus + 1, -1);
  return { before: text.slice(0, open).trimEnd(), module: text.slice(open + 1, plus), offset };
}

/** Where the path begins in `f(int const*, int) /a folder/x.cpp`; -1 where there is none. */
function fileStart(text: string): number {
  const absolute = text.indexOf(' /');
  const at = absolute >= 0 ? absolute : text.lastIndexOf(' ');
  return at < 0 ? -1 : at + 1;
}
