/** Verdicts and rewards over HTTP, in the words of the trainers that ask for them. */
export { startRewardServer, type RewardServerOptions } from './server.js';
export { defaultRewardLimits, type RewardLimits } from './limits.js';
