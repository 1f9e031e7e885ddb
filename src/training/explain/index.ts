export { explainStep, type ExplainSettings } from './explain.js';
export type { GroupExplanation, Reason, ReasonKind, StepExplanation, StepNote } from './record.js';
