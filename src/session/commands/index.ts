/** The commands on a session as one table: the prompt, the command line and notebooks are made from it. */
export type { Candidate, CommandGroup, CommandHooks, SessionCommand } from './command.js';
export { completions, type LineCompletions } from './completions.js';
export { help, usage, type CommandHelp } from './help.js';
export { inputsOf, recordInput } from './inputs.js';
export {
  isOpened,
  isPlace,
  openPlace,
  openWithInputs,
  saveWithInputs,
  type Opened,
} from './keep.js';
export { notebookOf, type InputEntry, type Notebook } from './notebook.js';
export { parseLine, parseWords, type ParsedCommand } from './parse.js';
export { runLine, runParsed, type RanCommand } from './run.js';
export { problemTitle } from './problem-title.js';
export { quoteWord } from './words.js';
export { sessionCommands } from './table.js';
