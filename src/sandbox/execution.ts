/** What one program did, as its supervisor saw it (kernels/launcher/supervise.h). */
export interface Execution {
  ended: 'exit' | 'signal';
  code: number;
  /** Why the supervisor ended it, if it did; `start`: it could not be started. */
  cause: 'none' | 'cpu' | 'wall' | 'memory' | 'start';
  cpuMs: number;
  wallMs: number;
  rssKiB: number;
  stdout: string;
  stderr: string;
  /** The results channel, as written; `readResults` believes what carries the run's secret only. */
  results: CaseResults;
  /** The stack at which a limit found it. */
  stops: string;
  /** A stream was cut at the limit. */
  flooded: boolean;
}

/** What the test driver inside the program told about its cases. */
export interface CaseResults {
  /** Values emitted by each case, in order; `type` is `d` for floating-point numbers. */
  values: Map<number, { type: string; text: string }[]>;
  /** Cases that ran to their end. */
  ended: Set<number>;
  /** Cases whose own assertion failed, with its text. */
  failed: Map<number, string>;
  /** The last case that was begun, -1 before the first. */
  reached: number;
  /** All cases were gone through. */
  finished: boolean;
}

/**
 * Splits the supervisor's output: header lines `RLSF2 index kind code cause cpuMs wallMs rssKiB
 * secret out err results stops`, each followed by its four byte runs. A frame that is cut or
 * malformed ends the reading.
 */
export function readFrames(
  output: Buffer,
  count: number,
  outputBytes: number,
): (Execution | null)[] {
  const executions: (Execution | null)[] = Array.from({ length: count }, () => null);
  let at = 0;
  while (at < output.length) {
    const lineEnd = output.indexOf(0x0a, at);
    if (lineEnd < 0) break;
    const words = output.toString('latin1', at, lineEnd).split(' ');
    const numbers = [words[1], words[3], ...words.slice(5, 8), ...words.slice(9)].map(Number);
    if (words[0] !== 'RLSF2' || words.length !== 13 || !numbers.every(Number.isSafeInteger)) break;
    const [index, code, cpuMs, wallMs, rssKiB, ...sizes] = numbers;
    let from = lineEnd + 1;
    if (from + sizes.reduce((sum, size) => sum + size, 0) > output.length) break;
    const [stdout, stderr, results, stops] = sizes.map((size) => {
      const text = output.toString('utf8', from, from + size);
      from += size;
      return text;
    });
    if (index >= 0 && index < count) {
      executions[index] = {
        ended: words[2] === 'signal' ? 'signal' : 'exit',
        code,
        cause: causeOf(words[4]),
        cpuMs,
        wallMs,
        rssKiB,
        stdout,
        stderr,
        results: readResults(results, words[8]),
        stops,
        flooded: sizes.some((size) => size >= outputBytes),
      };
    }
    at = from;
  }
  return executions;
}

/**
 * Lines of the results channel. `>i`: case i was begun. `i<tab>type text`: it emitted a value. Lines
 * that claim success begin with the run's secret, which the driver read before the program could:
 * `secret=i`: case i came to its end; `secret!`: all cases did. `i<tab>!text`: its assertion failed.
 */
export function readResults(text: string, secret: string): CaseResults {
  const results: CaseResults = {
    values: new Map(),
    ended: new Set(),
    failed: new Map(),
    reached: -1,
    finished: false,
  };
  for (const line of text.split('\n')) {
    if (secret !== '' && line.startsWith(secret)) {
      const claim = line.slice(secret.length);
      if (claim === '!') results.finished = true;
      else if (/^=\d+$/.test(claim)) results.ended.add(Number(claim.slice(1)));
      continue;
    }
    if (/^>\d+$/.test(line)) results.reached = Number(line.slice(1));
    const value = /^(\d+)\t([a-z!])(.*)$/s.exec(line);
    if (value === null) continue;
    const index = Number(value[1]);
    const told = value[3].replaceAll(/\\([n0\\])/g, (_, c: string) =>
      c === 'n' ? '\n' : c === '0' ? '\0' : '\\',
    );
    if (value[2] === '!') {
      results.failed.set(index, told);
      continue;
    }
    const known = results.values.get(index) ?? [];
    known.push({ type: value[2], text: told });
    results.values.set(index, known);
  }
  return results;
}

function causeOf(word: string): Execution['cause'] {
  const known = ['cpu', 'wall', 'memory', 'start'] as const;
  return known.find((one) => one === word) ?? 'none';
}
