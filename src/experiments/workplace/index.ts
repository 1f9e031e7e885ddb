export { dataHashes, describeTrained, modelSize } from './facts.js';
export type { ModelSize } from './facts.js';
export { evaluationSplits, heldOutSplit, requiredTask, taskOptions } from './problems.js';
export type { EvaluationSplit } from './problems.js';
export { configRewards, openRewards, parseRewardEntry } from './rewards.js';
export { evaluationSampling, trainingSampling } from './sampling.js';
export {
  judgeOptions,
  methodOf,
  openBackend,
  openConfigJudge,
  openJudge,
  openWorkplace,
  requiredJudge,
} from './workplace.js';
export type { Workplace } from './workplace.js';
