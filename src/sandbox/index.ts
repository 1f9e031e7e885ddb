/** Other people's programs: compiled, run behind walls, judged. */
export { createJudgePool } from './pool.js';
export type { JudgeOptions, JudgePool } from './pool.js';
export { judgeJob, languagesOf } from './job.js';
export type { JudgeJob } from './toolchain.js';
export type { TierName } from './isolation.js';
