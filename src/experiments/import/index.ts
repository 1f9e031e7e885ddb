/** What other trainers wrote down, as records of ours. */
export { importRollouts } from './import-rollouts.js';
export type { ImportedRollouts, ImportRolloutsOptions } from './import-rollouts.js';
export type { ForeignFormat } from './read-rows.js';
