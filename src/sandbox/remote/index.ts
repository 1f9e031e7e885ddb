/** Judging on other machines, through Redis. */
export { keepPassword, withoutPassword, withPassword } from './address.js';
export type { RedisAccess } from './connection.js';
export { mostInFlight } from './protocol.js';
export { createRemoteJudgePool } from './pool.js';
export type { RemoteJudgeOptions } from './pool.js';
export { startJudgeWorker } from './worker.js';
export type { JudgeWorker, JudgeWorkerOptions } from './worker.js';
export { judgeFleet } from './status.js';
export type { DeadTask, JudgeFleet, QueueState } from './status.js';
export type { WorkerRecord } from './registry.js';
