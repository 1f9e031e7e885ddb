/** The step-by-step workbench that both front ends call. */
export type { Session, SessionOptions } from './session.js';
export { closeSession, openSession } from './session.js';
export type { DrawOptions } from './acts.js';
export { judge, sample, score } from './acts.js';
export type { StepOptions } from './step.js';
export { step } from './step.js';
export { undo } from './undo.js';
export { shipped, shippedPolicy } from './shipped.js';
