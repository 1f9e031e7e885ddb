/** Other people's programs: compiled, run behind walls, judged. */
export { createJudgePool } from './pool.js';
export type { JudgeJob, JudgeOptions, JudgePool } from './pool.js';
export type { TierName } from './isolation.js';
