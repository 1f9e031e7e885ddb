/**
 * The public surface. Importing it defines things and starts nothing; no Ink behind it. Rooms in the
 * order of one rollout's path.
 */
export * from './records.js';
export * from './errors.js';
export * from './tensor/index.js';
export * from './policy/index.js';
export * from './tasks/index.js';
export * from './sandbox/index.js';
export * from './diagnostics/index.js';
export * from './rewards/index.js';
export * from './rollouts/index.js';
export * from './datasets/index.js';
export * from './algorithms/index.js';
export * from './training/index.js';
export * from './evaluation/index.js';
export * from './experiments/index.js';
export * from './experiments/export/index.js';
export { openTrackers } from './experiments/trackers/index.js';
export * from './plots/index.js';
export * from './session/index.js';
export * from './notebook/index.js';
export * from './serving/start.js';
// One name in two rooms: a session's train and a run's are told apart by what comes first.
export { trainEither as train } from './session/train-either.js';
export { benchReward } from './evaluation/index.js';
export { benchReward as benchSessionReward } from './session/index.js';
