/** Tool text → findings → byte spans → token spans. Pure: no files, no processes. */
export {
  byteOffsetOfIndex,
  endOfLine,
  indexLines,
  indexOfByteOffset,
  lineColumnOf,
  offsetOf,
  tokensInSpan,
} from './positions.js';
export type { LineIndex } from './positions.js';
export { lexemeEnd, stitch } from './source-map.js';
export type { SourceMap, SourcePart } from './source-map.js';
export { kindOf } from './gcc.js';
export type { CompilerFinding, CompilerPlace } from './gcc.js';
export { parseGccJson } from './gcc-json.js';
export { parseGccText } from './gcc-text.js';
export { hasLeakSanitizerFailed, parseFrames, parseSanitizerReports } from './sanitizer.js';
export type { RawFrame, SanitizerReport, SanitizerStack } from './sanitizer.js';
export { compilerDiagnostic, locateStack, sanitizerDiagnostics } from './findings.js';
export type { ProgramView } from './findings.js';
