export type { StudyOptions, StudyPlan } from './plan.js';
export type { PlannedRun } from './planned-run.js';
export { planStudy } from './plan.js';
export type { StudyResult } from './run-study.js';
export { describePlan, duration, runStudy } from './run-study.js';
export type { ArmSummary, Measured, PairSummary, StudySummary } from './summary.js';
export type { StudyRate } from './rates.js';
export { rateTitles } from './rates.js';
export { writeStudyReport } from './write-report.js';
