export type * from './records.js';
export type { BootstrapOptions } from './bootstrap.js';
export { bootstrapInterval, pairedBootstrap } from './bootstrap.js';
export type { EvaluateInput, GenerateInput } from './evaluate.js';
export { evaluatePolicy, generateAttempts, usualFormat } from './evaluate.js';
export type { Attempt, AttemptedProblem, JudgeAttemptsInput, JudgedAttempts } from './attempts.js';
export { familyOf, judgeAttempts } from './attempts.js';
export type { Evaluations } from './evaluation-files.js';
export {
  examplesFile,
  readEvaluations,
  readExamplesFile,
  rowsFile,
  writeEvaluations,
} from './evaluation-files.js';
export { findingKindsOf, findingRates } from './findings.js';
export { evaluationMetrics } from './metrics.js';
export { answerFactsOf, answerRates } from './answers.js';
export type { Summary, SummaryOptions } from './summary.js';
export { summarise } from './summary.js';
export type { Facts, IntervalOptions } from './rates.js';
export {
  accuracyOf,
  cleanAtK,
  compareEvaluations,
  correctAtK,
  factsOf,
  rateNames,
  ratesOf,
  rowRate,
  usualKs,
} from './rates.js';
export type { ReportInput } from './report.js';
export { beforeAfterTable, formatDifference, formatInterval, makeReport } from './report.js';
export * from './analysis/index.js';
export * from './compare/index.js';
export * from './completions/index.js';
export * from './reward-bench/index.js';
