/** One finding of a compiler, whatever the format it came in. */
export interface CompilerFinding {
  /** @default 'g++' */
  tool?: 'g++' | 'clang++';
  severity: 'error' | 'warning' | 'note';
  kind: string;
  message: string;
  option: string | null;
  place: CompilerPlace | null;
  /** Where text is missing and what: the compiler's own insertion hint. */
  insertion: (CompilerPlace & { text: string }) | null;
  /** Other places that belong to it: labels, notes, macro expansions, `required from here`. */
  related: (CompilerPlace & { message: string })[];
}

export interface CompilerPlace {
  file: string;
  line: number;
  /** Of the caret, in bytes; `null` where only the line is known. */
  column: number | null;
  /** The underlined range, end exclusive; `null` where only the caret is known. */
  range: CompilerRange | null;
}

export interface CompilerRange {
  startLine: number;
  startColumn: number;
  endLine: number;
  endColumn: number;
}

/** `error: `, `fatal error: ` and their like; `null` for what is no finding. */
export function severityOf(word: string): CompilerFinding['severity'] | null {
  if (word === 'warning' || word === 'note') return word;
  return errorWords.has(word) ? 'error' : null;
}

const errorWords = new Set([
  'error',
  'fatal error',
  'permerror',
  'sorry, unimplemented',
  'internal compiler error',
]);

/**
 * Adds a finding; a note belongs to the finding before it, by which g++'s text and its JSON (which
 * groups some notes and not others) say the same. Only a `#pragma message` stands alone.
 */
export function addFinding(findings: CompilerFinding[], finding: CompilerFinding): void {
  const owner = findings.at(-1);
  const isFree = finding.severity !== 'note' || /#pragma message/.test(finding.message);
  if (isFree || owner === undefined) findings.push(finding);
  else {
    if (finding.place !== null) owner.related.push({ ...finding.place, message: finding.message });
    owner.related.push(...finding.related);
  }
}

/**
 * Whether a related place is where the fault comes from (the macro's use, the call that made a
 * template, the bracket that stays open) and not merely something the fault has to do with.
 */
export function isOrigin(message: string): boolean {
  return (
    isExpansion(message) ||
    message === includedHere ||
    /^(recursively )?required |^in .?constexpr.? expansion of|^to match this |requested here$/.test(
      message,
    )
  );
}

/** What stands at the place of an `#include` that led to a finding. */
export const includedHere = 'included from here';

/** Whether a related place is where a macro was used. */
export function isExpansion(message: string): boolean {
  return message.startsWith('in expansion of macro');
}

/** A short machine-readable name: a warning's option, else a class of error by its wording. */
export function kindOf(severity: string, option: string | null, message: string): string {
  if (severity === 'warning' && option !== null) return option;
  if (option?.startsWith('-Werror=')) return option.replace('-Werror=', '-W');
  for (const [pattern, kind] of errorKinds) if (pattern.test(message)) return kind;
  return severity === 'error' ? 'error' : severity;
}

/** By the words of g++ and of clang. */
const errorKinds: [RegExp, string][] = [
  [/No such file or directory|file not found$/, 'missing-header'],
  [/undefined reference|multiple definition|ld returned|linker command failed/, 'link'],
  [
    /was not declared in this scope|has not been declared|does not name a type|is not a member of|has no member named|undeclared|^no (member|template) named|^no type named .* in namespace|^unknown type name/,
    'undeclared',
  ],
  [
    /^expected |^extended character|stray |missing terminating|unterminated|at end of input|before .* token|extraneous|^a function-definition is not allowed|^function definition is not allowed|without a previous|not within (a )?(loop|switch)|not in (loop|switch)|crosses initialization|^jump to /,
    'syntax',
  ],
  [
    /^redefinition|redeclar|conflicting declaration|previously (declared|defined)|ambiguating new|^duplicate (case|member)/,
    'redefinition',
  ],
  [
    /is (private|protected) within|is a (private|protected) member|use of deleted|call to deleted|abstract (type|class)/,
    'access',
  ],
  [
    /no match for|no matching |too (many|few) arguments|is ambiguous|^ambiguous |^invalid operands to binary expression/,
    'no-match',
  ],
  [
    /cannot convert|invalid conversion|could not convert|no viable conversion|^cannot initialize|from incompatible type|invalid operands|invalid types?|no type named|incompatible|base operand|lvalue required|not assignable|^conversion from|^narrowing|^cannot bind|non-class type|invalid .static_cast|is not convertible|read-only|discards|invalid use|^cannot assign/,
    'type',
  ],
];
