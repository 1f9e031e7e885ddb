export { createGuards, type Guards, type GuardWarning } from './guards.js';
export type { GuardOptions } from './options.js';
export { saveOffendingBatch, type OffendingBatch } from './offending-batch.js';
export type { GuardId, GuardState } from './state.js';
