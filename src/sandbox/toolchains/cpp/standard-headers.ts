/** Headers of C++ and, as C++ has them, of C. */
export const standardHeaders: ReadonlySet<string> = new Set(
  `algorithm any array atomic barrier bit bitset charconv chrono codecvt compare complex concepts
  condition_variable coroutine deque exception execution filesystem format forward_list fstream functional
  future initializer_list iomanip ios iosfwd iostream istream iterator latch limits list locale map memory
  memory_resource mutex new numbers numeric optional ostream queue random ranges ratio regex scoped_allocator
  semaphore set shared_mutex source_location span sstream stack stdexcept stop_token streambuf string
  string_view syncstream system_error thread tuple type_traits typeindex typeinfo unordered_map unordered_set
  utility valarray variant vector version cassert cctype cerrno cfenv cfloat cinttypes climits clocale cmath
  csetjmp csignal cstdarg cstddef cstdint cstdio cstdlib cstring ctime cuchar cwchar cwctype assert.h ctype.h
  errno.h fenv.h float.h inttypes.h limits.h locale.h math.h setjmp.h signal.h stdarg.h stddef.h stdint.h
  stdio.h stdlib.h string.h time.h wchar.h wctype.h bits/stdc++.h`
    .split(/\s+/)
    .filter(Boolean),
);

/**
 * The standard headers that a text begins with, before anything but blanks and comments: included
 * first and in whatever order, they mean the same. A header that is not of the standard ends the list.
 */
export function leadingHeaders(text: string): string[] {
  const found = new Set<string>();
  let rest = text;
  for (;;) {
    rest = rest.replace(/^(?:\s+|\/\/[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/, '');
    const include = /^#[ \t]*include[ \t]*<([^<>\n]+)>[ \t]*(?:\/\/[^\n]*)?(?:\r?\n|$)/.exec(rest);
    if (include === null || !standardHeaders.has(include[1])) return [...found].sort();
    found.add(include[1]);
    rest = rest.slice(include[0].length);
  }
}
