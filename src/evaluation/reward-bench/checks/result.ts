import type { BenchCheck } from '../report.js';

export type CheckResult = Omit<BenchCheck, 'name'>;

export function result(
  status: BenchCheck['status'],
  summary: string,
  rest: Partial<Omit<CheckResult, 'status' | 'summary'>> = {},
): CheckResult {
  return { status, summary, details: [], numbers: {}, examples: [], ...rest };
}
