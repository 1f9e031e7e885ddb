export { tokenBatches } from './batches.js';
export type { PreferencePair, UnpairedExample } from './rows.js';
export { sftSequences, type PromptCompletion, type SftSet } from './sft.js';
