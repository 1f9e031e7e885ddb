export type {
  CompletionFormat,
  CompletionSet,
  FoundCompletion,
  MadeCompletions,
  MadeProblem,
  TaskDraw,
} from './records.js';
export { readCompletions, type ReadCompletionsOptions } from './read.js';
export { inOrder, problemFinder } from './match.js';
export {
  evaluateCompletions,
  type EvaluateCompletionsInput,
  type EvaluatedCompletions,
} from './evaluate.js';
export { makeCompletions, type MadeFile, type MakeCompletionsInput } from './make.js';
