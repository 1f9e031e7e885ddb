import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { TerminalOutput } from '../../../src/repl/workbench/ink-output.js';
import { inkOutput } from '../../../src/repl/workbench/ink-output.js';

/** A terminal that keeps what is written, and an Ink that draws one frame when its size changes. */
function opened(above: string[] = []) {
  const written: string[] = [];
  const sizes: [number, number][] = [];
  const terminal = Object.assign(new EventEmitter(), {
    columns: 80,
    rows: 24,
    write: (text: string) => written.push(text) > 0,
  });
  const output = inkOutput(terminal as unknown as TerminalOutput, {
    above: () => above,
    onResize: (columns, rows) => sizes.push([columns, rows]),
  });
  const { stdout } = output;
  const widths: number[] = [];
  let last = stdout.columns;
  const drawn = (): void => {
    widths.push(stdout.columns);
    if (stdout.columns < last) stdout.write('<forgets>');
    last = stdout.columns;
    output.onRender();
    stdout.write(`<frame ${stdout.columns}>`);
  };
  stdout.on('resize', drawn);
  const resize = (columns: number, rows: number): void => {
    Object.assign(terminal, { columns, rows });
    terminal.emit('resize');
  };
  return { terminal, output, written, sizes, widths, resize };
}

describe('the terminal that Ink is given', () => {
  it.each([
    ['narrower', 40, 24],
    ['wider', 120, 24],
    ['lower', 80, 10],
    ['wider and lower', 120, 10],
  ])('is wiped before the first frame of one that became %s', (_, columns, rows) => {
    const { written, widths, sizes, resize } = opened(['first', 'second']);
    resize(columns, rows);
    expect(widths).toEqual([columns + 1, columns]);
    expect(written).toHaveLength(2);
    expect(written[0]).toMatch(
      /\u001b\[H\u001b\[2K\u001b\[2;1H\u001b\[J\u001b\[Hfirst\r\nsecond\r\n$/,
    );
    expect(written[1]).toBe(`<frame ${columns}>`);
    expect(sizes).toEqual([[columns, rows]]);
  });

  it('stays as it is where it only became higher', () => {
    const { written, sizes, resize } = opened();
    resize(80, 50);
    expect(written).toEqual([]);
    expect(sizes).toEqual([[80, 50]]);
  });

  it('gives the lines of the shell to the scrollback, once', () => {
    const { written, resize } = opened(['ours']);
    resize(60, 24);
    resize(50, 24);
    const [first, , second] = written;
    expect(first).toContain(`\u001b[24;1H${'\n'.repeat(24)}`);
    expect(second).not.toContain('\n\n');
    const full = opened(Array.from({ length: 30 }, (_, at) => `line ${at}`));
    full.resize(60, 24);
    expect(full.written[0]).not.toContain('\n\n');
  });

  it('writes no more of what is finished than the terminal is high', () => {
    const { written, resize } = opened(Array.from({ length: 100 }, (_, at) => `line ${at}`));
    resize(60, 10);
    expect(written[0].match(/line \d+/g)).toHaveLength(10);
    expect(written[0]).toMatch(/line 99\r\n$/);
  });

  it('has no end, so that no frame makes Ink clear the scrollback', () => {
    expect(opened().output.stdout.rows).toBe(Infinity);
  });

  it('is no longer listened to once it is closed', () => {
    const { output, terminal, written, resize } = opened();
    output.close();
    resize(40, 24);
    expect(written).toEqual([]);
    expect(terminal.listenerCount('resize')).toBe(0);
  });
});
