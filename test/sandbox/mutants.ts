import type { Verdict } from '../../src/records.js';
import type { JudgeJob } from '../../src/sandbox/index.js';
import { gallery, job, listTests, sumTests, testsOf, textTests } from './programs.js';

/** Everything but the clock and the command, which name the company. */
export function comparable(verdict: Verdict): Record<string, unknown> {
  const stages = verdict.stages.map(({ stage, exitCode, signal, stdout, stderr, truncated }) => ({
    stage,
    exitCode,
    signal,
    stdout,
    stderr,
    truncated,
  }));
  return { ...verdict, stages, fromCache: null };
}

const searchTests = testsOf(
  'struct Range {\n    int first;\n    int last;\n};\n// Where key stands in the ascending v, as a range; {-1, -1} if it does not.\nRange find_all(const std::vector<int>& v, int key) {\n',
  ['Range r = find_all({1, 3, 3, 7}, 3); rlsf_emit(r.first * 10 + r.last);', '12'],
  ['Range r = find_all({}, 3); rlsf_emit(r.first * 10 + r.last);', '-11'],
  ['Range r = find_all({9}, 9); rlsf_emit(r.first * 10 + r.last);', '0'],
);

const right = {
  sum: '    int s = 0;\n    for (int i = 0; i < n; i++) {\n        s += v[i];\n    }\n    return s;\n}\n',
  list: '    Node* r = nullptr;\n    while (head != nullptr) {\n        Node* next = head->next;\n        r = new Node{head->value, r};\n        delete head;\n        head = next;\n    }\n    return r;\n}\n',
  text: '    std::string s;\n    for (std::size_t i = 0; i < text.size(); i++) {\n        if (text[i] != c) s += text[i];\n    }\n    return s;\n}\n',
  search:
    '    Range r{-1, -1};\n    int n = (int)v.size();\n    int* at = new int[n + 1];\n    for (int i = 0; i < n; i++) at[i] = i;\n    for (int i = 0; i < n; i++) {\n        if (v[i] == key && r.first < 0) r.first = at[i];\n        if (v[i] == key) r.last = at[i];\n    }\n    delete[] at;\n    return r;\n}\n',
};

const slips: [string | RegExp, string][] = [
  ['<', '<='], ['!=', '=='], ['==', '='], [';', ''], [/\bs\b/, 'missing'], ['0', '1'], ['++', '--'], ['i++', ''], ['delete', '//'],
  ['next', 'nxet'], ['}', ''], ['{', '{ {'], ['return', 'retrun'], ['return r', 'delete r; return r'], [' + 1]', ']'], ['nullptr', '0'],
  ['->next', '->next->next'], ['key', '"key"'],
]; // prettier-ignore

const additions = [
  'int unused() { int x = 3; return 1; }\n',
  'static int counter = 0;\n',
  'const int limit = 10;\n',
  'int early = [] { std::abort(); return 1; }();\n',
  'struct Guard { Guard() { std::exit(0); } };\nGuard guard;\n',
  '__attribute__((constructor)) void before() { _Exit(0); }\n',
  '#define int long\n',
  'namespace std { int nothing; }\n',
  'void* operator new(std::size_t) { return nullptr; }\n',
  '} namespace other {\n',
  'extern "C" int puts(const char*) { return 0; }\n',
  'int abs(int x) { return x; }\n',
  'using namespace std;\n',
  '/* never closed\n',
  'int rlsf_case_0() { return 1; }\n',
  'template <class T> T twice(T x) { return x + x; }\nint four() { return twice(2); }\n',
]; // prettier-ignore

/** Some ninety programs around four right ones: slips of the hand, and things that must not reach a sibling. */
export function mutants(): JudgeJob[] {
  const problems = [
    { tests: sumTests, text: right.sum },
    { tests: listTests, text: right.list },
    { tests: textTests, text: right.text },
    { tests: searchTests, text: right.search },
  ];
  const slipped = problems.flatMap(({ tests, text }) =>
    ['', ...slips].flatMap((slip) => {
      const mutant = typeof slip === 'string' ? text : text.replace(slip[0], slip[1]);
      return mutant === text && slip !== '' ? [] : [job(tests, mutant)];
    }),
  );
  const extended = additions.map((addition, i) =>
    job(problems[i % 4].tests, problems[i % 4].text + addition),
  );
  return [
    ...slipped,
    ...extended,
    ...Object.values(gallery).map(({ completion }) => job(sumTests, completion)),
  ];
}
