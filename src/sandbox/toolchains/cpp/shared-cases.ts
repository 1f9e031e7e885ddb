import { createHash } from 'node:crypto';
import type { ProgramTests } from '../../../records.js';
import { lex } from '../brace-lexer.js';
import { endOfItem, isType } from './screen.js';

/**
 * The test cases of a problem, compiled once for all its completions: with both sanitizers they cost
 * several times what the completions cost. They call the function through a jump that each child
 * sets to its own program before the first case runs.
 */
export interface SharedCases {
  /** Digest of includes, prefix and cases. */
  name: string;
  /** The function that the prefix opens and the completion finishes. */
  functionName: string;
  /** The prefix with the opened function turned into a declaration. */
  declaration: string;
}

/**
 * Sharing changes nothing only where the prefix is plain types and one opened function, and the
 * completion is that function's body and no more; anything else keeps its cases in its own compile.
 */
export function sharedCasesOf(tests: ProgramTests, completion: string): SharedCases | null {
  const { prefix, suffix, cases } = tests;
  const codes = cases.flatMap((one) => ('code' in one ? [one.code] : []));
  if (suffix.trim() !== '' || codes.length === 0) return null;
  const before = lex(prefix);
  if (before.open.length !== 1 || before.tokens.at(-1) !== '{' || before.tokens.length === 0)
    return null;
  const start = startOfFunction(before.tokens);
  if (start === null) return null;
  const header = before.tokens.slice(start, -1);
  const functionName = nameOf(header);
  if (functionName === null) return null;
  if (codes.some((code) => /\b(catch|typeid|dynamic_cast)\b/.test(code))) return null;
  const whole = lex(prefix + completion);
  if (whole.fault !== null || endOfItem(whole.tokens, start) !== whole.tokens.length) return null;
  const name = createHash('sha256')
    .update(JSON.stringify([tests.includes, prefix, codes]))
    .digest('hex')
    .slice(0, 16);
  const opened = before.starts[before.starts.length - 1];
  return {
    name,
    functionName,
    declaration: `${prefix.slice(0, opened)} __asm__("rlsf_target_${name}");\n`,
  };
}

/** Source with the cases of one problem; `<name>/cases.cpp` beside it holds their text. */
export function sharedSource({ name, declaration }: SharedCases): string {
  return [
    `namespace rlsf_p${name} {`,
    declaration,
    `#include "${name}/cases.cpp"`,
    '}',
    `extern const rlsf_case* const rlsf_cases_${name};`,
    `const rlsf_case* const rlsf_cases_${name} = rlsf_p${name}::rlsf_cases;`,
    trampoline(`rlsf_target_${name}`),
    '',
  ].join('\n');
}

function trampoline(symbol: string): string {
  return [
    '#if defined(__x86_64__)',
    `__asm__(".text\\n.globl ${symbol}\\n.type ${symbol}, @function\\n${symbol}:\\n\\tjmp *rlsf_target(%rip)\\n.size ${symbol}, .-${symbol}\\n");`,
    '#elif defined(__aarch64__)',
    `__asm__(".text\\n.globl ${symbol}\\n.type ${symbol}, %function\\n${symbol}:\\n\\tadrp x16, rlsf_target\\n\\tldr x16, [x16, :lo12:rlsf_target]\\n\\tbr x16\\n.size ${symbol}, .-${symbol}\\n");`,
    '#else',
    '#error "cases cannot be shared on this machine"',
    '#endif',
  ].join('\n');
}

/** Where the opened function begins; `null` when something else than plain types comes before it. */
function startOfFunction(tokens: readonly string[]): number | null {
  let at = 0;
  for (;;) {
    const end = endOfItem(tokens, at);
    if (end >= tokens.length) return at;
    const item = tokens.slice(at, end);
    const plain = item.length === 1 ? item[0] === ';' : isType(item) || item[0] === 'using';
    // A member function could keep a state of its own in each copy.
    if (
      !plain ||
      item.some((token) =>
        ['(', 'static', 'virtual', 'template', 'inline', 'extern'].includes(token),
      )
    )
      return null;
    at = end;
  }
}

const refused = new Set(['template', 'static', 'inline', 'constexpr', 'auto', 'virtual', 'operator', 'extern', 'noexcept', 'throw', '=', '[', '...', 'decltype', 'friend', 'class', '->', 'try']); // prettier-ignore

function nameOf(header: readonly string[]): string | null {
  if (header.some((token) => refused.has(token)) || header.at(-1) !== ')') return null;
  const open = header.indexOf('(');
  const name = header[open - 1];
  if (open < 2 || !/^[A-Za-z_]\w*$/.test(name ?? '') || ['::', '~'].includes(header[open - 2]))
    return null;
  return name;
}
