import { parseFrames } from './frames.js';
import type { SanitizerReport } from './sanitizer-report.js';

/** One report per leak, at its allocation: where it was lost nobody saw. */
export function leakReports(body: readonly string[]): SanitizerReport[] {
  const reports: SanitizerReport[] = [];
  for (let i = 0; i < body.length; i++) {
    const head = /^(Direct|Indirect) leak of (.*?) allocated from:/.exec(body[i]);
    if (head === null) continue;
    const frames = parseFrames(body.slice(i + 1, i + 1 + 512));
    reports.push({
      tool: 'lsan',
      kind: head[1] === 'Direct' ? 'memory-leak' : 'indirect-memory-leak',
      message: `${head[1].toLowerCase()} leak of ${head[2]}`,
      place: null,
      stacks: [{ title: '', frames }],
      deadly: false,
    });
  }
  return reports;
}
