/** One finding of g++, as it came: places are g++'s own, columns are bytes. */
export interface CompilerFinding {
  severity: 'error' | 'warning' | 'note';
  kind: string;
  message: string;
  option: string | null;
  place: CompilerPlace | null;
  /** Where text is missing and what: g++'s own insertion hint. */
  insertion: (CompilerPlace & { text: string }) | null;
  /** Other places that belong to it: labels, notes, macro expansions, `required from here`. */
  related: (CompilerPlace & { message: string })[];
}

export interface CompilerPlace {
  file: string;
  line: number;
  /** Of the caret. */
  column: number;
  /** The underlined range, end exclusive; `null` where only the caret is known. */
  range: { startLine: number; startColumn: number; endLine: number; endColumn: number } | null;
}

/** A short machine-readable name: a warning's option, else a class of error by its wording. */
export function kindOf(severity: string, option: string | null, message: string): string {
  if (severity === 'warning' && option !== null) return option;
  for (const [pattern, kind] of errorKinds) if (pattern.test(message)) return kind;
  return severity === 'error' ? 'error' : severity;
}

const errorKinds: [RegExp, string][] = [
  [
    /was not declared in this scope|has not been declared|does not name a type|is not a member of|has no member named|undeclared/,
    'undeclared',
  ],
  [
    /^expected |stray |missing terminating|unterminated|at end of input|before .* token|extraneous|^a function-definition is not allowed|without a previous|not within a loop/,
    'syntax',
  ],
  [
    /^redefinition|redeclaration|conflicting declaration|previously (declared|defined)|ambiguating new/,
    'redefinition',
  ],
  [/no match for|no matching function|too (many|few) arguments|is ambiguous/, 'no-match'],
  [
    /cannot convert|invalid conversion|could not convert|invalid operands|invalid types?|no type named|incompatible|base operand|lvalue required|read-only|discards|invalid use/,
    'type',
  ],
  [/No such file or directory/, 'missing-header'],
  [/undefined reference|multiple definition|ld returned/, 'link'],
];
