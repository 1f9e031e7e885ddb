import type { StyledLine } from '../styled.js';
import { line, span } from '../styled.js';
import { textLines } from '../values/index.js';

/** Lines of one work at most: a loop that prints would else fill the screen's memory. */
const most = 5000;

/** What is written to standard output and error, as lines of the work in hand. */
export interface CapturedOutput {
  /** Hands on what is there, a half line among it; begins a new count. */
  end(): void;
}

/**
 * Takes over standard output and error of this process: `console.log` of a line, of the user's own
 * modules and of the library. Written a moment later, several lines at once.
 */
export function captureOutput(options: {
  width(): number;
  output(lines: StyledLine[]): void;
}): CapturedOutput {
  let text = '';
  let lines: StyledLine[] = [];
  let count = 0;
  let timer: NodeJS.Timeout | null = null;

  function write(chunk: string | Uint8Array): void {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    const cut = text.lastIndexOf('\n');
    if (cut < 0) return;
    const whole = text.slice(0, cut);
    text = text.slice(cut + 1);
    add(whole);
  }

  function add(whole: string): void {
    const rows = count > most ? [] : textLines(withoutColours(whole), options.width());
    count += count > most ? whole.split('\n').length : rows.length;
    lines.push(...rows.slice(0, Math.max(0, most - (count - rows.length))));
    if (lines.length >= 200) flush();
    else timer ??= setTimeout(flush, 30);
  }

  function flush(): void {
    if (timer) clearTimeout(timer);
    timer = null;
    if (lines.length > 0) options.output(lines);
    lines = [];
  }

  for (const stream of [process.stdout, process.stderr])
    stream.write = (
      chunk: string | Uint8Array,
      encoding?: BufferEncoding | ((error?: Error | null) => void),
      done?: (error?: Error | null) => void,
    ): boolean => {
      write(chunk);
      const callback = typeof encoding === 'function' ? encoding : done;
      if (callback) queueMicrotask(() => callback(null));
      return true;
    };

  return {
    end() {
      if (text !== '') add(text);
      text = '';
      if (count > most)
        lines.push(line(span(`… ${count - most} more lines; print fewer to see them`, 'dim')));
      count = 0;
      flush();
    },
  };
}

/** Colours that a program writes for a terminal of its own are no content. */
function withoutColours(text: string): string {
  return text.replaceAll(/\u001b\[[0-9;]*m/g, '').replaceAll('\r\n', '\n');
}
