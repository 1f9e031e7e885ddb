import { describe, expect, it } from 'vitest';
import { screen } from '../../src/sandbox/toolchains/cpp/screen.js';
import { namesAtGlobalScope } from '../../src/sandbox/toolchains/cpp/global-names.js';
import { headerNames } from './header-names.js';
import { sharedCasesOf } from '../../src/sandbox/toolchains/cpp/shared-cases.js';
import { gallery, listTests, sumTests, textTests } from './programs.js';

const body = '    return 0;\n}\n';

describe('screening', () => {
  it.each([
    'int f(int a) {\n  return a;\n}\n',
    'struct Node { int value; Node* next; };\nNode* f(Node* n) { return n ? n->next : nullptr; }\n',
    'template <class T> T twice(T x) { return x + x; }\nint f() { return twice(2); }\n',
    'const int limit = 10;\nconstexpr int size = limit * 2;\nint table[3] = {1, 2, 3};\nint f() { return table[0]; }\n',
    'using Pair = std::pair<int, int>;\nint f(const Pair& p);\nint f(const Pair& p) { return p.first; }\n'.replace(
      'int f(const Pair& p);\n',
      '',
    ),
    'enum class Color { red, green };\nint f(Color c) { static int calls = 0; return ++calls + (c == Color::red); }\n',
    'int f(std::vector<int> v) { auto g = [&](int x) { return v[x]; }; /* } */ return g(0); // }\n}\n',
    'char f() { return \'{\' + "}\\""[0]; }\n',
  ])('lets through what keeps to itself: %s', (text) => {
    expect(screen(text, headerNames)).toMatchObject({ mode: 'batch', reason: null });
  });

  it.each([
    ['int f() { return 1;\n', true],
    ['int f() { return 1; } }\n', true],
    ['int f() { return "; }\n', true],
    ['int f() { return 1; } /* \n', true],
    ['#define x y\nint f() { return 1; }\n', false],
    ['__attribute__((constructor)) void f() {}\n', false],
    ['[[gnu::constructor]] void f() {}\n', false],
    ['int x = f();\n', false],
    ['Thing thing;\n', false],
    ['Thing thing(std::ignore);\n', false],
    ['struct A { A(); } a;\n', false],
    ['struct A { inline static int x = f(); };\n', false],
    ['auto f = [] { return 1; };\n', false],
    ['extern "C" int f() { return 1; }\n', false],
    ['namespace std { int x; }\n', false],
    ['using namespace std;\nint f() { return 1; }\n', false],
    ['void* operator new(std::size_t n) { return std::malloc(n); }\n', false],
    ['template <> struct std::hash<int> {};\n', false],
    ['template struct std::vector<int>;\n', false],
    ['int f() { return ::g(); }\n', false],
    ['int f() { asm("nop"); return 1; }\n', false],
    ['int rlsf_case_0() { return 1; }\n', false],
    ['int abs(int x) { return x; }\n', false],
    ['int main() { return 0; }\n', false],
    ['int f() { return 1; \\\n}\n', false],
    ['const char* f() { return R"(})"; }\n', false],
    ['int f() <% return 1; %>\n', false],
    ['int f() { return __LINE__; }\n', false],
    ['template <class T = int> constexpr int f() { return 1; } Thing thing;\n', false],
    ['constexpr bool operator=(A, B) { return 1; } Thing thing;\n', false],
    ['import thing;\nint f() { return 1; }\n', false],
  ])('judges alone what might not: %s', (text, broken) => {
    expect(screen(text, headerNames)).toMatchObject({ mode: 'alone', broken });
  });

  it.each([
    'typedef unsigned long long ulong;', 'using uint = unsigned long;', 'typedef int time_t, other;',
    'typedef int (*sighandler_t)(long);', 'struct tm { int x; };', 'struct timespec { int x; };', 'struct FILE {};',
    'struct sched_param {};', 'using max_align_t = int;', 'using nullptr_t = int;', 'typedef int quad_t[3];',
    'double nearbyint(int x) { return x; }', 'double remquo(int x) { return x; }', 'int atan2(int x) { return x; }',
    'int strtoll(int x) { return x; }', 'int strcasecmp(int x) { return x; }', 'int getw(int x) { return x; }',
    'int signal(int x) { return x; }', 'int y1(int x) { return x; }', 'int index(int x) { return x; }',
    'int read(int x) { return x; }', 'int lgamma(int x) { return x; }', 'enum Kind { fifo, FP_INT_UPWARD, fopen };',
    'enum fopen { yes };', 'const int stdin = 3;', 'int daylight = 1, zone = 2;', 'const int a = 1, environ = 2;',
    'template <class T> T abs(T x) { return x; }', 'union div_t { int x; };', 'class epoll_event {};',
  ])('judges alone what a header has declared at global scope: %s', (text) => {
    expect(screen(`${text}\n`, headerNames)).toMatchObject({ mode: 'alone', broken: false });
  }); // prettier-ignore

  it.each([
    'int count(int x) { return x; }', 'int max(int a, int b) { return a > b ? a : b; }', 'struct Node { int tm; };',
    'int f(int time) { int read = time; return read; }', 'const int size = 3;', 'enum class Color { red };',
    'int sum(const std::vector<int64_t>& v) { return int(v.size()); }', 'using Table = std::vector<size_t>;',
  ])('does not take other names for those: %s', (text) => {
    expect(screen(`${text}\n`, headerNames)).toMatchObject({ mode: 'batch', reason: null });
  }); // prettier-ignore

  it('reads declarations as the preprocessor leaves them', () => {
    const text = `typedef struct { int quot; int rem; } div_t;
extern "C" { extern void (*signal (int __sig, void (*__handler)(int))) (int) throw ();
  enum { FP_NAN = 0, FP_ZERO }; struct tm { int tm_sec; const char *tm_zone; };
  extern char *program_invocation_name; inline int twice(int a) { int b = a; return 2 * b; } }
namespace std { using ::div_t; int inside(int x); extern "C" int deep(); } extern "C++" { int outer (char c = '}'); }
extern "C" int alone (const char *s = "{");`;
    expect([...namesAtGlobalScope(text)].sort()).toEqual(
      ['FP_NAN', 'FP_ZERO', '__handler', 'alone', 'div_t', 'outer', 'program_invocation_name', 'signal', 'std', 'tm', 'twice'],
    );
  }); // prettier-ignore
});

describe('cases are shared', () => {
  it('where the prefix opens one function and the completion is its body', () => {
    for (const tests of [sumTests, listTests, textTests])
      expect(sharedCasesOf(tests, body)).not.toBeNull();
    expect(sharedCasesOf(listTests, body)).toMatchObject({ functionName: 'reversed' });
    const name = (completion: string): string | undefined =>
      sharedCasesOf(sumTests, completion)?.name;
    expect(name(body)).toBe(name(gallery.clean.completion));
  });

  it('and nowhere else', () => {
    expect(sharedCasesOf(sumTests, `${body}int sum(double) { return 1; }\n`)).toBeNull();
    expect(sharedCasesOf(sumTests, '    return 0;\n')).toBeNull();
    expect(sharedCasesOf({ ...sumTests, suffix: 'int x;\n' }, body)).toBeNull();
    for (const prefix of [
      'template <class T> int sum(T* v, int n) {\n',
      'static int sum(const int* v, int n) {\n',
      'int helper() { return 1; }\nint sum(const int* v, int n) {\n',
      'struct A { int f() { static int n; return n++; } };\nint sum(const int* v, int n) {\n',
      'int count = 0;\nint sum(const int* v, int n) {\n',
      'int A::sum(const int* v, int n) {\n',
      'auto sum(const int* v, int n) -> int {\n',
      'int sum(const int* v, int n = 3) {\n',
      '',
    ])
      expect(sharedCasesOf({ ...sumTests, prefix }, body)).toBeNull();
  });
});
