import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { strayPart } from '../../src/sandbox/toolchains/cpp/assembly.js';
import { compileFlags } from '../../src/sandbox/toolchains/cpp/flags.js';
import { sharedSource } from '../../src/sandbox/toolchains/cpp/shared-cases.js';

function assemblyOf(source: string, extra: readonly string[] = []): string {
  const args = [...compileFlags('c++17', extra), '-w', '-S', '-x', 'c++', '-', '-o', '-'];
  const headers = 'cstdlib iostream map string'.split(' ');
  const input = `${headers.map((name) => `#include <${name}>\n`).join('')}namespace rlsf_k0 {\n${source}\n}\n`;
  const made = spawnSync('g++', args, { input, maxBuffer: 1 << 28 });
  expect(made.stderr.toString()).toBe('');
  return made.stdout.toString('latin1');
}

describe('the second look at a batch', () => {
  const usual = `std::map<int, std::string> all(int n) {
    static int calls = 0;
    std::map<int, std::string> m{{1, "a"}};
    std::cout << n << ++calls;
    throw std::string("x");
}
const int limit = 10;
int table[3] = {1, 2, 3};
template <class T> T twice(T x) { return x + x; }
struct A { virtual ~A() {} int f() { return twice(2); } };
int g() { return A().f() + table[limit - 8]; }`;

  it.each([[], ['-O2']])('lets pass what keeps to itself (%s)', (...extra) => {
    expect(strayPart(assemblyOf(usual, extra))).toBeNull();
  }); // prettier-ignore

  it('lets pass how shared cases reach their program', () => {
    const shared = { name: '0123456789abcdef', functionName: 'f', declaration: '' };
    const jump = sharedSource(shared).replace(/^namespace[^]*?(?=#if)/, '');
    expect(jump).toContain('__asm__');
    expect(strayPart(assemblyOf(`extern "C" void* rlsf_target;\n${jump}`))).toBeNull();
  });

  it.each([
    'int early = std::rand();',
    'int x = 1;\nint early = *(int*)(long)x;',
    '__attribute__((constructor)) void early() {}',
    'struct D { constexpr D() {} ~D() {} };\nD late;\n__attribute__((destructor)) void later() {}',
    'struct A { inline static int early = std::rand(); };',
    'template <class T> struct V { static T x; };\ntemplate <class T> T V<T>::x = std::rand();\nint f() { return V<int>::x; }',
    '}\nextern "C" int fork() { return 1; }\nnamespace rlsf_k0 {',
    '}\nint sum(int) { return 1; }\nnamespace rlsf_k0 {',
    '}\nvoid* operator new(std::size_t) { return nullptr; }\nnamespace rlsf_k0 {',
    '__attribute__((weak)) int w() __asm__("write");\nint w() { return 0; }',
    'extern "C" { static int (*choose())() { return nullptr; } }\n__attribute__((ifunc("choose"))) int w();',
    'asm(".globl fork\\nfork: ret");',
    'asm(".section .preinit_array,\\"aw\\"\\n.quad 0\\n.text");',
  ])('finds what would reach its siblings: %s', (source) => {
    expect(strayPart(assemblyOf(source))).not.toBeNull();
  });
});
