export { tokenBatches } from './batches.js';
export { sftSequences, type PromptCompletion, type SftSet } from './sft.js';
