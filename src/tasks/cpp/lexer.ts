export type TokenKind = 'text' | 'character' | 'number' | 'name' | 'symbol';

export interface SourceToken {
  kind: TokenKind;
  text: string;
  /** Index of its first UTF-16 unit in the source. */
  at: number;
}

// Matches everything there is, so that the lengths of its matches add up to positions.
const pattern =
  /\s+|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|\.?\d(?:[eEpP][+-]|[\w.])*|[A-Za-z_]\w*|<<=|>>=|\.\.\.|->|::|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[\s\S]/g;

/** The tokens of C++ source, comments and white space dropped; broken source gives tokens too. */
export function lex(source: string): SourceToken[] {
  const tokens: SourceToken[] = [];
  let at = 0;
  for (const text of source.match(pattern) ?? []) {
    const kind = kindOf(text);
    if (kind !== null) tokens.push({ kind, text, at });
    at += text.length;
  }
  return tokens;
}

/** `null` for white space and comments. */
function kindOf(text: string): TokenKind | null {
  const first = text[0];
  if (/\s/.test(first) || text.startsWith('//') || text.startsWith('/*')) return null;
  if (/[A-Za-z_]/.test(first)) return 'name';
  if (first === '"') return 'text';
  if (first === "'") return 'character';
  return /^\.?\d/.test(text) ? 'number' : 'symbol';
}

/** Keywords, built-in types and macros: names a program cannot choose. */
export const reservedNames = new Set(
  `alignas alignof and auto bool break case catch char class const constexpr continue decltype default
  delete do double else enum explicit extern false float for friend goto if inline int long mutable
  namespace new noexcept not nullptr operator or private protected public register return short signed
  sizeof static static_cast reinterpret_cast const_cast dynamic_cast struct switch template this throw
  true try typedef typename union unsigned using virtual void volatile while
  std size_t ptrdiff_t int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t
  INT_MAX INT_MIN LONG_MAX LONG_MIN LLONG_MAX LLONG_MIN UINT_MAX ULLONG_MAX SHRT_MAX SHRT_MIN CHAR_BIT
  INT64_MAX INT64_MIN UINT64_MAX INT32_MAX INT32_MIN NULL`.split(/\s+/),
);

/** C functions that are called without `std::`. */
export const libraryFunctions = new Set(
  `malloc calloc realloc free memcpy memmove memset memcmp strlen strcpy strncpy strcat strcmp strncmp
  strchr strrchr strstr abs labs llabs exit abort qsort atoi strtol`.split(/\s+/),
);

/** Members of the standard containers and strings. */
export const libraryMembers = new Set(
  `size length empty begin end rbegin rend cbegin cend push_back pop_back emplace_back emplace push pop
  front back data at insert erase clear resize reserve assign find rfind count first second substr
  append c_str lower_bound upper_bound swap capacity npos compare top`.split(/\s+/),
);
