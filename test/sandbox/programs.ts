import type { ProgramTests } from '../../src/records.js';
import type { JudgeJob } from '../../src/sandbox/index.js';

export const includes = [
  'algorithm',
  'climits',
  'cstdint',
  'cstdio',
  'cstdlib',
  'cstring',
  'map',
  'string',
  'utility',
  'vector',
]
  .map((name) => `#include <${name}>\n`)
  .join('');

export function testsOf(prefix: string, ...cases: [string, string][]): ProgramTests {
  return {
    includes,
    prefix,
    suffix: '',
    cases: cases.map(([code, expected]) => ({ code, expected })),
  };
}

export function job(tests: ProgramTests, completion: string): JudgeJob {
  return { tests, completion, language: 'cpp' };
}

/** `int sum(const int* v, int n)`: four cases on buffers of the exact size. */
export const sumTests = testsOf(
  '// The sum of v[0..n).\nint sum(const int* v, int n) {\n',
  ['std::vector<int> v{1, 2, 3}; rlsf_emit(sum(v.data(), 3));', '6'],
  ['std::vector<int> v{-5}; rlsf_emit(sum(v.data(), 1));', '-5'],
  ['std::vector<int> v; rlsf_emit(sum(v.data(), 0));', '0'],
  ['int* v = new int[2]{7, 8}; rlsf_emit(sum(v, 2)); delete[] v;', '15'],
);

export const listTests = testsOf(
  'struct Node {\n    int value;\n    Node* next;\n};\n// A new list with the values in reverse; the old one is freed.\nNode* reversed(Node* head) {\n',
  [
    'Node* r = reversed(new Node{1, new Node{2, nullptr}}); std::string s; while (r) { s += std::to_string(r->value); Node* n = r->next; delete r; r = n; } rlsf_emit(s);',
    '21',
  ],
  ['rlsf_emit(reversed(nullptr));', 'null'],
);

export const textTests = testsOf(
  '// The text with every letter c left out.\nstd::string without(const std::string& text, char c) {\n',
  ['rlsf_emit(without("banana", \'a\'));', 'bnn'],
  ['rlsf_emit(without("", \'x\'));', ''],
  ['rlsf_emit(without("tab\\tnew\\n\\\\", \'t\'));', 'ab\tnew\n\\'],
);

const loop = '    for (int i = 0; i < n; i++) s += v[i];\n    return s;\n}\n';

/** One program per outcome and kind of finding: completion, outcome, kind of the first finding, text it blames. */
export const gallery: Record<string, { completion: string; outcome: string; kind?: string; blames?: string }> = {
  clean: { completion: `    int s = 0;\n${loop}`, outcome: 'clean' },
  warning: { completion: `    int s = 0, unused = 1;\n${loop}`, outcome: 'warning', kind: '-Wunused-variable', blames: 'unused' },
  undeclared: { completion: `    int s = 0;\n${loop.replace('v[i]', 'w[i]')}`, outcome: 'compile_error', kind: 'undeclared', blames: 'w' },
  semicolon: { completion: `    int s = 0\n${loop}`, outcome: 'compile_error', kind: 'syntax', blames: '' },
  truncated: { completion: '    int s = 0;\n    for (int i = 0; i < n', outcome: 'compile_error', kind: 'syntax' },
  wrong: { completion: `    int s = 1;\n${loop}`, outcome: 'wrong_answer' },
  heap: { completion: `    int s = 0;\n${loop.replace('i < n', 'i <= n')}`, outcome: 'runtime_error', kind: 'heap-buffer-overflow', blames: 'for (int i = 0; i <= n; i++) s += v[i];' },
  stack: { completion: '    int a[2] = {0, 0};\n    int* p = a;\n    return p[n + 2] + v[0];\n}\n', outcome: 'runtime_error', kind: 'stack-buffer-overflow', blames: 'return p[n + 2] + v[0];' },
  recursion: { completion: '    if (n < -9) return v[0];\n    return sum(v, n + 1) + 1;\n}\n', outcome: 'runtime_error', kind: 'stack-overflow', blames: 'return sum(v, n + 1) + 1;' },
  useAfterFree: { completion: '    int* p = new int(n);\n    delete p;\n    return *p + v[0];\n}\n', outcome: 'runtime_error', kind: 'heap-use-after-free', blames: 'return *p + v[0];' },
  leak: { completion: `    int* p = new int(0);\n    int s = *p;\n${loop}`, outcome: 'runtime_error', kind: 'memory-leak', blames: 'int* p = new int(0);' },
  overflow: { completion: `    int s = 0, big = INT_MAX;\n    big += n + 1;\n    s = big - big;\n${loop}`, outcome: 'runtime_error', kind: 'signed-integer-overflow', blames: '+=' },
  division: { completion: '    int z = n - n;\n    return v[0] / z;\n}\n', outcome: 'runtime_error', kind: 'integer-divide-by-zero', blames: '/' },
  null: { completion: '    const int* p = nullptr;\n    return *p + v[n - 1];\n}\n', outcome: 'runtime_error', kind: 'null-pointer-use', blames: '*' },
  thrown: { completion: '    std::vector<int> none;\n    return none.at(n) + v[0];\n}\n', outcome: 'runtime_error', kind: 'uncaught-exception', blames: 'return none.at(n) + v[0];' },
  endless: { completion: '    int s = 0;\n    while (n >= 0) s ^= v[0];\n    return s;\n}\n', outcome: 'timeout', kind: 'timeout', blames: 'while (n >= 0)' },
  memory: { completion: '    std::vector<std::string> all;\n    while (n > 0)\n        all.push_back(std::string(1 << 20, \'x\'));\n    return v[0];\n}\n', outcome: 'memory_limit', kind: 'memory_limit', blames: 'while (n > 0)' },
  hugeRequest: { completion: '    char* p = new char[2147483647u];\n    int s = p[n] + v[0];\n    delete[] p;\n    return s;\n}\n', outcome: 'memory_limit', kind: 'memory_limit', blames: 'char* p = new char[2147483647u];' },
  flood: { completion: '    std::string line(4096, \'x\');\n    for (;;) fputs(line.c_str(), stdout);\n    return v[n];\n}\n', outcome: 'output_limit', kind: 'output_limit' },
  exit: { completion: '    if (n == 3) std::exit(0);\n    return v[0];\n}\n', outcome: 'runtime_error', kind: 'early-exit' },
}; // prettier-ignore
