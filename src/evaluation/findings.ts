/** Sanitizer findings by kind. */
import { createRandom } from '../algorithms/random.js';
import type { DiagnosticTool, Verdict } from '../records.js';
import { bootstrapInterval, mean } from './bootstrap.js';
import type { IntervalOptions } from './rates.js';
import type { EvaluationRow, Interval } from './records.js';

const sanitizers: readonly DiagnosticTool[] = ['asan', 'ubsan', 'lsan'];

/** Kinds of the findings of ASan, UBSan and LSan, each once; `null` where the judge itself failed. */
export function findingKindsOf({ outcome, diagnostics }: Verdict): string[] | null {
  if (outcome === 'sandbox_error') return null;
  const found = diagnostics.filter(({ tool }) => sanitizers.includes(tool));
  return [...new Set(found.map(({ kind }) => kind))].sort();
}

/**
 * Share of samples with a finding of each kind, mean over problems of the mean over samples, the most
 * frequent kind first. A sample may have several kinds: the shares need not add up. What did not
 * compile, or stopped before its fault, has no finding.
 */
export function findingRates(
  rows: readonly EvaluationRow[],
  options: IntervalOptions = {},
): Record<string, Interval> {
  const known = rows
    .map(({ findingKinds = [] }) => findingKinds.filter((kinds) => kinds !== null))
    .filter((samples) => samples.length > 0);
  const kinds = [...new Set(known.flat(2))].sort();
  const rates = kinds.map((kind): [string, Interval] => {
    const values = known.map((samples) => mean(samples.map((own) => Number(own.includes(kind)))));
    const random = createRandom(`bootstrap/finding/${kind}`);
    return [kind, bootstrapInterval(values, { random, ...options })];
  });
  return Object.fromEntries(rates.sort(([, a], [, b]) => b.value - a.value));
}
