export {
  corpusForms,
  heldOutForms,
  makeCorpus,
  normalForm,
  type CorpusOptions,
  type CorpusProgram,
} from './cpp/corpus.js';
export type { CorpusCard, TaskCorpus } from './corpus.js';
export type { BadRow, Task, TaskAdapter, TaskOptions } from './task.js';
export {
  readExample,
  readExamples,
  type Example,
  type ExampleMetadata,
  type ExampleOrigin,
  type ExpectedVerdict,
} from './examples/index.js';
export { getTask, listTasks, openTask } from './open.js';
export { dataSet, type DataSet, type Draft, type PromptFormat } from './data-set.js';
export { multiplEProblem } from './sets/multipl-e.js';
export { applyPromptTemplate } from './prompt-template.js';
export { rowFields, type Fields } from './files/fields.js';
export { writeOwnTask, type OwnTaskOptions } from './own/new.js';
export {
  validateTask,
  type Judge,
  type ReferenceFailure,
  type SplitValidation,
  type TaskValidation,
} from './validate.js';
