export { dataHashes, describeTrained, modelSize } from './facts.js';
export type { ModelSize } from './facts.js';
export { evaluationSplits, heldOutSplit, requiredTask } from './problems.js';
export type { EvaluationSplit } from './problems.js';
export { evaluationSampling, trainingSampling } from './sampling.js';
export { methodOf, openBackend, openWorkplace, requiredJudge } from './workplace.js';
export type { Workplace } from './workplace.js';
