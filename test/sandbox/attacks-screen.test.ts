import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../src/sandbox/toolchains/cpp/program.js';
import { screen } from '../../src/sandbox/toolchains/cpp/screen.js';
import { headerNames } from './header-names.js';
import { includes } from './attacks/attack.js';

describe('screening for a batch', () => {
  it.each([
    'decltype(0) x{f()};\n',
    'alignas(8) int x{f()};\n',
    'std::function<int(int)> x{f};\n',
    'Thing (x){f()};\n',
    'const Thing (x){f()};\n',
    'static Thing (x){f()};\n',
    'std::vector<int> (x){f()};\n',
    'ns::Thing (x){f()};\n',
    'const ns::Thing (x){f()};\n',
    'struct Thing (x){f()};\n',
    'int (x){f()};\n',
    'auto (x){f()};\n',
    'typename A<int>::B (x){f()};\n',
    'A<int>::B (x){f()};\n',
    'A<int>::B::C (x){f()};\n',
    'A<B, C>::D (x){f()};\n',
    'A<const B*>::D (x){f()};\n',
    'const typeof(0) x{f()};\n',
    'template <class T> T x{f()};\n',
    'template <class T> decltype(T()) x{f()};\n',
    'using B = struct A { inline static int x = f(); };\n',
    'typedef struct A { inline static int x = f(); } B;\n',
    'struct A : B<sizeof(int)> { inline static int x = f(); };\n',
    'struct alignas(8) A { inline static int x = f(); };\n',
    'enum E : decltype(f()) { a };\nThing x{f()};\n',
    '/* *\\ \n/ int x = f(); /* */\n',
    '/* *\\\t\v\f\n/ int x = f(); /* */\n',
    '// \\ \nint x;\n',
    'int f() { if (1) { return 1; %> }\n',
    'int f() { int a<:3:>; return 1; }\n',
    'int f(int a[3:>) { return 1; }\n',
    '%:define x y\n',
    'int f() { pthread_cleanup_push(nullptr, nullptr); } while (0); return 1; }\n',
    '__BEGIN_DECLS\nint f();\n__END_DECLS\n',
    '_GLIBCXX_END_NAMESPACE_CXX11 int f(); _GLIBCXX_BEGIN_NAMESPACE_CXX11\n',
    'struct S { int __REDIRECT(w, (), fork); };\n',
    'void f() { _tile_int8_dp_internal(x, 1, 2, 3); }\n',
    'int f() { return _Exit(0), 1; }\n',
    'int f() { _Pragma("GCC poison x") return 1; }\n',
  ])('judges alone: %s', (text) => {
    expect(screen(`int g() { return 1; }\n${text}`, headerNames).mode).toBe('alone');
  });

  it.each([
    'int f(int (*g)(int)) { return g(1); }\n',
    'std::vector<std::pair<int, int>> f(const std::map<int, int>& m) { return {m.begin(), m.end()}; }\n',
    'auto f(int x) -> std::vector<int> { return {x}; }\n',
    'static inline unsigned long f() { return 1; }\n',
    'const char* const* f(char** a) { return a; }\n',
    'struct P { int x; };\nbool operator<(const P& a, const P& b) { return a.x < b.x; }\n',
    'struct P { int x; int f() const; };\nint P::f() const { return x; }\n',
    'struct P { int operator()(int) const; };\nint P::operator()(int x) const { return x; }\n',
    'template <class T> T f(T a, T b) noexcept { return a + b; }\n',
    'struct P* f(struct P* p) { return p; }\n',
    'int f(unsigned x) { return __builtin_popcount(x) + std::__gcd(4, 6); }\n',
    "double f() { return 1e+5 + 1'000.5e-3 + 0x1p-3; }\n",
  ])('still knows a function: %s', (text) => {
    expect(screen(text, headerNames)).toMatchObject({ mode: 'batch', reason: null });
  });

  it('knows every macro of the usual headers whose name is not reserved and that may hide a bracket', () => {
    const source = `#include <bits/stdc++.h>\n${includes}`;
    const args = ['-std=c++17', '-dM', '-E', '-x', 'c++', '-'];
    const { stdout } = spawnSync('g++', args, { input: source, maxBuffer: 1 << 24 });
    const hiding = [...stdout.toString().matchAll(/^#define (\w+)(?:\([^)]*\))? ?(.*)$/gm)].filter(
      ([, name, body]) => {
        const bare = body.replaceAll(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, '');
        const count = (bracket: string): number => bare.split(bracket).length;
        const isUneven = ['()', '[]', '{}'].some(([open, close]) => count(open) !== count(close));
        const words = /\b(namespace|extern|asm|__asm__|__attribute__|_Pragma|static|inline)\b/;
        return !/^_[A-Z]|__|^_tile_/.test(name) && (isUneven || words.test(bare));
      },
    );
    expect(hiding.length).toBeGreaterThan(0);
    const passed = hiding
      .map(([, name]) => name)
      .filter((name) => screen(`int f() { ${name}; return 1; }\n`, headerNames).mode === 'batch');
    expect(passed).toEqual([]);
  });
});

describe('files beside a program', () => {
  const judge = (name: string): unknown =>
    createProgram(
      { includes: '', prefix: '', suffix: '', cases: [], files: { [name]: '' } },
      'int main() {}\n',
      headerNames,
    );

  it.each([
    '',
    '.',
    '..',
    '../x.h',
    'a/../../x.h',
    'a/./x.h',
    '/etc/x.h',
    'a//x.h',
    'a/',
    '.hidden',
    'a/.hidden',
    '...',
    'x\0.h',
    'x\n.h',
    '~/x.h',
    'program.cpp',
    'cases.cpp',
  ])('cannot be called %j', (name) => {
    expect(() => judge(name)).toThrow('tests.files');
  });
  it.each(['x.h', 'shapes/square.h', 'a/program.cpp', 'a.b..h'])('may be called %j', (name) => {
    expect(() => judge(name)).not.toThrow();
  });
});
