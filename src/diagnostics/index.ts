/** Tool text → findings → byte spans → token spans. Pure: no files, no processes. */
export {
  byteOffsetOfIndex,
  indexLines,
  indexOfByteOffset,
  lineColumnOf,
  offsetOf,
  tokensInSpan,
} from './positions.js';
export type { LineIndex } from './positions.js';
export { stitch } from './source-map.js';
export type { SourceMap, SourcePart } from './source-map.js';
export { argumentNamed, endOfPreviousToken, lexemeEnd, nextToken } from './tokens.js';
export { byteColumnOf, widthOf } from './columns.js';
export type { CompilerFinding, CompilerPlace, CompilerRange } from './gcc.js';
export { parseGccJson } from './gcc-json.js';
export { parseGccText } from './gcc-text.js';
export type { GccTextOptions } from './gcc-text.js';
export { parseGccSarif } from './gcc-sarif.js';
export { parseClangText } from './clang-text.js';
export { parseCompilerOutput, withChains } from './compiler-output.js';
export type { CompilerOutputOptions } from './compiler-output.js';
export { hasLeakSanitizerFailed, parseSanitizerReports } from './sanitizer.js';
export { parseFrames } from './frames.js';
export type { SanitizerOptions } from './sanitizer.js';
export type { SanitizerReport } from './sanitizer-report.js';
export type { RawFrame, SanitizerStack } from './frames.js';
export { ubsanKind } from './ubsan.js';
export { compilerDiagnostic } from './compiler-findings.js';
export { sanitizerDiagnostics } from './sanitizer-findings.js';
export { locateStack } from './stacks.js';
export type { ProgramView } from './view.js';
export {
  checkAnswer,
  type AnswerCheck,
  type AnswerOptions,
  type WorkedStep,
} from './arithmetic.js';
export { javacDiagnostic, javacFindings } from './javac.js';
export type { JavacFinding } from './javac.js';
export { parseJavacText } from './javac-text.js';
export { parseJavaFrame, parseJavaTraces } from './java-trace.js';
export type { JavaFrame, JavaThrown } from './java-trace.js';
export { javaDiagnostic, locateJavaStack, locateOverflow } from './java-stack.js';
export type { JavaPlace } from './java-stack.js';
export { pythonLines } from './python-lines.js';
export type { Place, PythonLines } from './python-lines.js';
export { parsePythonRecords } from './python-records.js';
export type {
  PythonException,
  PythonFault,
  PythonFrame,
  PythonLink,
  PythonRecords,
  PythonStack,
  PythonStop,
  PythonWarning,
} from './python-records.js';
export { syntaxDiagnostic, warningDiagnostic } from './python-syntax.js';
export { exceptionDiagnostic, exitDiagnostic } from './python-exceptions.js';
export { parseFaultHandler, parsePythonTracebacks } from './python-traceback.js';
