import { lex } from '../brace-lexer.js';

/**
 * Whether a program may share a compile with others. Everything is judged alone that could reach a
 * sibling (unbalanced brackets, directives, attributes, code that runs before `main`, …) or whose
 * meaning changes inside a namespace (global qualifiers, names of the C library). The list is a
 * white list: what is not understood is judged alone.
 */
export interface Screening {
  /** `batch`: in a namespace, with others. `alone`: at global scope, one program per compile. */
  mode: 'batch' | 'alone';
  reason: string | null;
  /** Brackets or literals do not close: it can hardly compile, so only the syntax is looked at first. */
  broken: boolean;
}

/** `globals`: names that headers declare at global scope (global-names.ts). */
export function screen(text: string, globals: ReadonlySet<string>): Screening {
  const lexed = lex(text);
  const definesMain = lexed.tokens.some(
    (token, i) => token === 'main' && lexed.tokens[i + 1] === '(' && lexed.depths[i] === 0,
  );
  const reason =
    lexed.fault ??
    forbidden(lexed.tokens) ??
    (definesMain ? 'defines main' : null) ??
    unknownItem(lexed.tokens, globals);
  return {
    mode: reason === null ? 'batch' : 'alone',
    reason,
    broken: lexed.fault !== null && lexed.broken,
  };
}

const words = new Set(
  `namespace extern asm __asm __asm__ __attribute__ __attribute __declspec _Pragma __extension__ friend
  import module export concept requires typeid __FILE__ __LINE__ __COUNTER__ __BASE_FILE__ __INCLUDE_LEVEL__
  __PRETTY_FUNCTION__ __TIME__ __DATE__ __TIMESTAMP__ constinit consteval co_await co_yield co_return
  __builtin_LINE __builtin_FILE __builtin_FUNCTION source_location thread_local _Generic`
    .split(/\s+/)
    .filter(Boolean),
);

function forbidden(tokens: readonly string[]): string | null {
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    const next = tokens[i + 1];
    if (words.has(token)) return `\`${token}\``;
    if (/^_?_?rlsf_|^RLSF/.test(token)) return 'a name of ours';
    if (isReserved(token)) return 'a reserved name';
    if (/^pthread_cleanup_/.test(token)) return 'a macro with half a block';
    if (token === '[' && next === '[') return 'attribute';
    if (token === 'using' && next === 'namespace') return '`using namespace`';
    if (token === 'operator' && (next === 'new' || next === 'delete' || /^["']/.test(next ?? '')))
      return `\`operator ${next}\``;
    if (token === 'template' && next !== '<') return 'explicit instantiation';
    if (token === 'template' && tokens[i + 2] === '>') return 'specialisation';
    if (token === '::' && !/^[A-Za-z_]\w*$|^>$/.test(tokens[i - 1] ?? ''))
      return 'global qualifier';
    if (
      token === '::' &&
      /^(return|else|do|case|throw|in|new|delete|operator|goto)$/.test(tokens[i - 1] ?? '')
    )
      return 'global qualifier';
  }
  return null;
}

/**
 * Names that belong to the implementation. Many are macros of the system's headers, and such a macro
 * may hold anything: `__BEGIN_DECLS` is `extern "C" {`, `__REDIRECT` an `asm`.
 */
function isReserved(token: string): boolean {
  const known = /^(__builtin_\w+|__func__|__FUNCTION__|__int128(_t)?|__uint128_t|__gcd|__lg)$/;
  return /^_[A-Z]|__|^_tile_/.test(token) && /^[A-Za-z_]/.test(token) && !known.test(token);
}

/** Every declaration at the outer level must be of a kind that runs nothing before `main`. */
function unknownItem(tokens: readonly string[], globals: ReadonlySet<string>): string | null {
  let i = 0;
  while (i < tokens.length) {
    const end = endOfItem(tokens, i);
    const item = tokens.slice(i, end);
    if (!(item.length === 1 && item[0] === ';')) {
      const reason = itemFault(item, globals);
      if (reason !== null) return reason;
    }
    i = end;
  }
  return null;
}

/** One past the `;` or the closing brace that ends the item; a type's brace is followed by its `;`. */
export function endOfItem(tokens: readonly string[], from: number): number {
  let depth = 0;
  // Behind `=` braces hold a value, not a body; a parameter's default stands in parentheses.
  let isValue = false;
  for (let i = from; i < tokens.length; i++) {
    if (depth === 0 && tokens[i] === '=') isValue = true;
    if ('([{'.includes(tokens[i])) depth++;
    if (')]}'.includes(tokens[i])) depth--;
    if (depth > 0) continue;
    if (tokens[i] === ';') return i + 1;
    if (
      tokens[i] === '}' &&
      !isValue &&
      !isType(tokens.slice(from, i)) &&
      !/^[=,(]/.test(tokens[i + 1] ?? '')
    )
      return i + 1;
  }
  return tokens.length;
}

export function isType(item: readonly string[]): boolean {
  const start = item[0] === 'template' ? afterTemplate(item) : 0;
  const isHead = ['struct', 'class', 'union', 'enum'].includes(item[start]);
  // `struct Node* find(…) {` is a function that returns one.
  const brace = item.indexOf('{', start);
  return (
    item[start] === 'typedef' ||
    (isHead && !item.slice(start, brace < 0 ? undefined : brace).includes('('))
  );
}

function afterTemplate(item: readonly string[]): number {
  let depth = 0;
  for (let i = 1; i < item.length; i++) {
    if (item[i] === '<') depth++;
    if (item[i] === '>' && --depth === 0) return i + 1;
  }
  return item.length;
}

function itemFault(item: readonly string[], globals: ReadonlySet<string>): string | null {
  const start = item[0] === 'template' ? afterTemplate(item) : 0;
  const brace = item.indexOf('{', start);
  if (closesEarly(item)) return 'two declarations in one';
  const taken = declaredNames(item.slice(start)).find((name) => globals.has(name));
  if (taken !== undefined) return `\`${taken}\` is a name of a header at global scope`;
  if (['using', 'typedef', 'static_assert'].includes(item[start])) {
    if (item.at(-1) !== ';') return 'unfinished declaration';
    // A type that is defined in passing may have static members.
    return item.some((token) => ['static', 'inline'].includes(token)) ? 'static member' : null;
  }
  if (isType(item)) {
    // `struct A { … } a = f();` declares a variable, `static` members may be initialised at start.
    if (brace >= 0 && (item.at(-1) !== ';' || item.at(-2) !== '}'))
      return 'variable at namespace scope';
    return item.includes('static') || item.includes('inline') ? 'static member' : null;
  }
  const head = item.slice(start, brace < 0 ? undefined : brace);
  if (brace >= 0 && item.at(-1) === '}' && isFunctionHead(head)) return null;
  const isFunction = head.includes('(') && !head.slice(0, head.indexOf('(')).includes('=');
  // A declaration of a function, not a variable with a constructor call: parameters hold no literal and no call.
  if (isFunction && item.at(-1) === ';' && brace < 0 && isPrototype(head)) return null;
  return isConstant(item) ? null : 'variable at namespace scope';
}

/** A brace that closes before the end would let a second declaration pass with the first. */
function closesEarly(item: readonly string[]): boolean {
  let depth = 0;
  return item.some((token, i) => {
    if ('([{'.includes(token)) depth++;
    if (')]}'.includes(token)) depth--;
    return token === '}' && depth === 0 && i < item.length - 2;
  });
}

const keywords = new Set(
  `alignas alignof auto bool char class const constexpr decltype double enum explicit float for if inline int
  long noexcept register requires return short signed sizeof static struct switch template throw typename union
  unsigned virtual void volatile wchar_t while`.split(/\s+/),
);
/** What may stand before a name without being its type. */
const qualifiers = new Set(
  `class const constexpr enum explicit inline register static struct template typename union virtual volatile`.split(
    /\s+/,
  ),
);

/**
 * `type name(parameters)` and nothing else before the body. `Thing (x){f()}`, `decltype(a) x{f()}` are
 * variables, whose value is computed before `main`.
 */
function isFunctionHead(head: readonly string[]): boolean {
  const operator = head.indexOf('operator');
  let open = head.indexOf('(', operator + 1);
  if (operator >= 0 && open === operator + 1 && head[open + 1] === ')') open += 2;
  let name = operator >= 0 ? operator : open - 1;
  if (name < 1 || head[open] !== '(') return false;
  const symbols = operator < 0 ? [] : head.slice(operator + 1, open);
  if (operator < 0 && (!/^[A-Za-z_]\w*$/.test(head[name]) || keywords.has(head[name])))
    return false;
  if (operator >= 0 && (symbols.length === 0 || !symbols.every((one) => /^\W+$/.test(one))))
    return false;
  while (head[name - 1] === '::') {
    if (!/^[A-Za-z_]/.test(head[name - 2] ?? '')) return false;
    name -= 2;
  }
  const type = head[name - 1] ?? '';
  if (!/^([A-Za-z_]\w*|[*&>])$/.test(type) || qualifiers.has(type)) return false;
  const close = closingOf(head, open);
  const rest = head.slice(close + 1);
  const arrow = rest.indexOf('->');
  const after = arrow < 0 ? rest : rest.slice(0, arrow);
  const returns = arrow < 0 ? [] : rest.slice(arrow + 1);
  return (
    close > open &&
    after.every((token) => ['const', 'noexcept', '&'].includes(token)) &&
    returns.every((token) => /^([A-Za-z_]\w*|::|[<>,*&])$/.test(token))
  );
}

/** Index of the bracket that closes the one at `open`; -1 where none does. */
function closingOf(tokens: readonly string[], open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    if ('([{'.includes(tokens[i])) depth++;
    if (')]}'.includes(tokens[i]) && --depth === 0) return i;
  }
  return -1;
}

function isPrototype(head: readonly string[]): boolean {
  const open = head.indexOf('(');
  const inside = head.slice(open + 1, head.lastIndexOf(')'));
  const types = /^(const|int|long|short|char|bool|double|float|unsigned|signed|void)$/;
  return inside.length === 0 ? head.length > 3 : types.test(inside[0]) && !inside.includes('(');
}

/** `const int limit = 100;`, `constexpr …`, plain numbers: nothing runs. */
function isConstant(item: readonly string[]): boolean {
  if (item.at(-1) !== ';') return false;
  if (['constexpr', 'static'].includes(item[0]) && item.slice(0, 2).includes('constexpr'))
    return true;
  const equals = item.indexOf('=');
  const head = item.slice(0, equals < 0 ? -1 : equals);
  const value = equals < 0 ? [] : item.slice(equals + 1, -1);
  const plain =
    /^(static|const|unsigned|signed|int|long|short|char|bool|double|float|[A-Za-z_]\w*|\d+|[[\]])$/;
  const builtIn = head.some((token) =>
    /^(int|long|short|char|bool|double|float|unsigned)$/.test(token),
  );
  return (
    builtIn &&
    head.every((token) => plain.test(token)) &&
    value.every((token) => /^(-|\+|,|[{}]|\d[\w.']*|'.*'|true|false)$/.test(token))
  );
}

/** The names that an item may declare: one too many is no harm. */
function declaredNames(item: readonly string[]): string[] {
  const isName = (token: string | undefined): boolean => /^[A-Za-z_]\w*$/.test(token ?? '');
  const before = (marks: string): string[] =>
    item.filter((token, i) => isName(token) && marks.includes(item[i + 1] ?? ' '));
  const isFunction = item.includes('(');
  if (item[0] === 'enum') return [...item.slice(1, 3), ...before('{,=};:')].filter(isName);
  if (item[0] === 'typedef') return before(';,[)(');
  if (['struct', 'class', 'union', 'using'].includes(item[0]) && !item.slice(0, 3).includes('('))
    return item.slice(1, 2);
  return isFunction ? item.slice(0, item.indexOf('(')).slice(-1) : before('=;,[{');
}
