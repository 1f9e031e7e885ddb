/** What was begun here, for trainers elsewhere. */
export { exportTargets, exportTraining } from './export-training.js';
export type { ExportedTraining, ExportTarget, ExportTrainingOptions } from './export-training.js';
export { pushThing } from './push.js';
export type { PushThingOptions } from './push.js';
