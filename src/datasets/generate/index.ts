/** Problems by a large model: asked for, read, compared, proven. */
export type { Spent } from './budget.js';
export { extractJson, type Extracted } from './extract.js';
export {
  generationFormats,
  type Accepted,
  type GenerationEnd,
  type GenerationFormat,
  type GenerationManifest,
  type RejectedAnswer,
} from './files.js';
export { generateProblems, type GeneratedSet } from './generate.js';
export type { GenerateProblemsOptions, GenerationProgress } from './options.js';
export type { GeneratedProblem } from './problem.js';
export { proveProblems, type Mutation, type Proof, type ProofReason } from './prove.js';
export { readTopics } from './topics.js';
