export type * from './records.js';
export type { BootstrapOptions } from './bootstrap.js';
export { bootstrapInterval, pairedBootstrap } from './bootstrap.js';
export type { EvaluateInput } from './evaluate.js';
export { evaluatePolicy, familyOf } from './evaluate.js';
export { summarise } from './summary.js';
export type { Facts, IntervalOptions } from './rates.js';
export {
  cleanAtK,
  compareEvaluations,
  factsOf,
  rateNames,
  ratesOf,
  rowRate,
} from './rates.js';
export type { ReportInput } from './report.js';
export { beforeAfterTable, formatDifference, formatInterval, makeReport } from './report.js';
