/** From what a tool found to diagnostics with their place in the completion. */
export { compilerDiagnostic } from './compiler-findings.js';
export { sanitizerDiagnostics } from './sanitizer-findings.js';
export { locateStack } from './stacks.js';
export type { ProgramView } from './view.js';
