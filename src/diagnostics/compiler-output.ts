import { assemblerFindings } from './assembler.js';
import { parseClangText } from './clang-text.js';
import type { CompilerFinding } from './gcc.js';
import { gccJsonFindings } from './gcc-json.js';
import { sarifFindings } from './gcc-sarif.js';
import { parseGccText } from './gcc-text.js';
import type { GccTextOptions } from './gcc-text.js';
import { isOrigin } from './gcc.js';
import { jsonValues } from './json-fields.js';

export interface CompilerOutputOptions extends GccTextOptions {
  /** Whose text it is; JSON and SARIF say so themselves. @default 'g++' */
  compiler?: 'g++' | 'clang++';
}

/**
 * Everything a compile wrote to stderr, whatever the format: JSON and SARIF where they are, and the
 * text of the linker, the assembler, the driver or an older compiler around them.
 */
export function parseCompilerOutput(
  stderr: string,
  { compiler = 'g++', ...options }: CompilerOutputOptions = {},
): CompilerFinding[] {
  const { values, rest } = jsonValues(stderr);
  const structured = values.flatMap(
    (value) => gccJsonFindings(value) ?? sarifFindings(value) ?? [],
  );
  const plain = compiler === 'g++' ? parseGccText(rest, options) : parseClangText(rest);
  return [...structured, ...plain, ...assemblerFindings(rest)];
}

/**
 * Findings of the JSON format, with what only the text of the same compile has: the chain
 * `required from here`, which leads from a library template to the user's line. Twins are found by
 * file, line and message; the columns of a text may count otherwise.
 */
export function withChains(
  findings: readonly CompilerFinding[],
  fromText: readonly CompilerFinding[],
): CompilerFinding[] {
  const keyOf = ({ place, message }: CompilerFinding): string =>
    JSON.stringify([place?.file, place?.line, message]);
  const twins = new Map<string, CompilerFinding[]>();
  for (const finding of fromText)
    twins.set(keyOf(finding), [...(twins.get(keyOf(finding)) ?? []), finding]);
  return findings.map((finding) => {
    const twin = twins.get(keyOf(finding))?.shift();
    const chain = twin?.related.filter(
      ({ message }) => isOrigin(message) && !finding.related.some((one) => one.message === message),
    );
    return chain === undefined || chain.length === 0
      ? finding
      : { ...finding, related: [...chain, ...finding.related] };
  });
}
