export { analyseArms } from './analyse-arms.js';
export { configBeside, readArms, type ReadArmsOptions } from './evaluations.js';
export { explainRun } from './explain.js';
export { readRecorded, recordedProblems, type Recorded } from './recorded.js';
export { rescoreRun, type RescoredRun, type RescoreRunOptions } from './rescore.js';
