import type { ProgramTests, TestCase } from '../../src/records.js';
import type { JudgeJob } from '../../src/sandbox/index.js';

export function pythonTests(prefix: string, ...cases: TestCase[]): ProgramTests {
  return { includes: '', prefix, suffix: '', cases };
}

export function pythonJob(tests: ProgramTests, completion: string): JudgeJob {
  return { language: 'python', completion, tests };
}

const value = (code: string, expected: string): TestCase => ({ code, expected });

/** `total(v, n)`: the sum of the first n of v. */
export const totalTests = pythonTests(
  'def total(v, n):\n    """Die Summe über n."""\n',
  value('rlsf_emit(total([1, 2, 3], 3))', '6'),
  value('rlsf_emit(total([-5], 1))', '-5'),
  value('rlsf_emit(total([], 0))', '0'),
  value('rlsf_emit(total([7, 8], 2))', '15'),
);

interface Exhibit {
  completion: string;
  outcome: string;
  kind?: string;
  /** What the span cuts out of the completion, or why there is none. */
  blames?: string;
}

const ok = '    return sum(v[:n])\n';

/** One program per outcome and kind of finding. */
export const pythonGallery: Record<string, Exhibit> = {
  clean: { completion: ok, outcome: 'clean' },
  wrong: { completion: '    return sum(v[:n]) + 1\n', outcome: 'wrong_answer' },
  // Warnings: the compiler names a line, its message the text.
  literal: { completion: `    if n is 3: pass\n${ok}`, outcome: 'warning', kind: 'SyntaxWarning', blames: 'is' },
  escape: { completion: `    "é"; p = 'ü\\d'\n${ok}`, outcome: 'warning', kind: 'SyntaxWarning', blames: '\\d' },
  tuple: { completion: `    assert (n >= 0, "n")\n${ok}`, outcome: 'warning', kind: 'SyntaxWarning', blames: 'assert (n >= 0, "n")' },
  callable: { completion: `    if n < 0: return (1, 2) (3)\n${ok}`, outcome: 'warning', kind: 'SyntaxWarning', blames: 'if n < 0: return (1, 2) (3)' },
  // Compile errors: columns in characters from the parser, in bytes from what follows it.
  operator: { completion: '    é = "größe"; s = = 2\n', outcome: 'compile_error', kind: 'syntax', blames: '=' },
  colon: { completion: '    for x in v\n        n += x\n', outcome: 'compile_error', kind: 'syntax', blames: '' },
  unclosed: { completion: '    s = "ß" + str(sum(v)\n    return s\n', outcome: 'compile_error', kind: 'syntax', blames: '(' },
  mismatched: { completion: '    return sum(v[:n)]\n', outcome: 'compile_error', kind: 'syntax', blames: ')' },
  truncated: { completion: '    return sum(v[:n]) +', outcome: 'compile_error', kind: 'syntax', blames: '' },
  indent: { completion: '    s = 0\n      s += 1\n', outcome: 'compile_error', kind: 'syntax', blames: '      ' },
  dedent: { completion: '    if n:\n        s = 0\n      s += 1\n', outcome: 'compile_error', kind: 'syntax', blames: '      ' },
  tabs: { completion: '    if n:\n\ts = 0\n        return s\n', outcome: 'compile_error', kind: 'syntax', blames: '\t' },
  block: { completion: '    for x in v:\n    return 1\n', outcome: 'compile_error', kind: 'syntax', blames: 'return' },
  text: { completion: '    s = "é"; t = \'abc\n    return s\n', outcome: 'compile_error', kind: 'syntax', blames: "'abc" },
  longText: { completion: '    s = """abc\n    return s\n', outcome: 'compile_error', kind: 'syntax', blames: '"""' },
  field: { completion: '    é = 1; return f"größe {é n}"\n', outcome: 'compile_error', kind: 'syntax', blames: 'é n' },
  outside: { completion: `${ok}é = 1; return é\n`, outcome: 'compile_error', kind: 'syntax', blames: 'return é' },
  nul: { completion: '    é = "a\0"\n', outcome: 'compile_error', kind: 'syntax', blames: '\0' },
  // Errors of a run: bytes.
  index: { completion: '    é = [1]; return é[n] + sum(v)\n', outcome: 'runtime_error', kind: 'IndexError', blames: 'é[n]' },
  carriage: { completion: '    é = {}\r\n    ü = 1; return é[ü]\r\n', outcome: 'runtime_error', kind: 'KeyError', blames: 'é[ü]' },
  loneReturn: { completion: '    é = {}\r    return é["ü"]\r', outcome: 'runtime_error', kind: 'KeyError', blames: 'é["ü"]' },
  tabbed: { completion: '    return g(n)\ndef g(n):\n\tif n == 1: return -5\n\treturn "ä" +\tn\n', outcome: 'runtime_error', kind: 'TypeError', blames: '"ä" +\tn' },
  division: { completion: '    return ("é", sum(v) / (n - n))\n', outcome: 'runtime_error', kind: 'ZeroDivisionError', blames: 'sum(v) / (n - n)' },
  name: { completion: '    return sum(w[:n])\n', outcome: 'runtime_error', kind: 'NameError', blames: 'w' },
  attribute: { completion: '    return v.total(\n        n\n    )\n', outcome: 'runtime_error', kind: 'AttributeError', blames: 'v.total' },
  library: { completion: '    import json\n    return json.loads("é{")\n', outcome: 'runtime_error', kind: 'JSONDecodeError', blames: 'json.loads("é{")' },
  assertion: { completion: '    assert n > 9, "é"\n    return n\n', outcome: 'runtime_error', kind: 'AssertionError', blames: 'n > 9' },
  ownClass: { completion: '    class Zuß(Exception): pass\n    raise Zuß(n)\n', outcome: 'runtime_error', kind: 'Zuß', blames: 'raise Zuß(n)' },
  chained: { completion: '    try: return v[n]\n    except IndexError as e: raise KeyError(n) from e\n', outcome: 'runtime_error', kind: 'KeyError', blames: 'raise KeyError(n) from e' },
  group: { completion: '    raise ExceptionGroup("two", [ValueError(1), KeyError(2)])\n', outcome: 'runtime_error', kind: 'ExceptionGroup', blames: 'raise ExceptionGroup("two", [ValueError(1), KeyError(2)])' },
  evaluated: { completion: '    return eval("1 +")\n', outcome: 'runtime_error', kind: 'SyntaxError', blames: 'eval("1 +")' },
  recursion: { completion: '    m = abs(n)\n    return v[0] + total(v, m)\n', outcome: 'runtime_error', kind: 'RecursionError', blames: 'total(v, m)' },
  mutual: { completion: '    return even(v, n)\ndef even(v, n): return odd(v, n)\ndef odd(v, n): return even(v, n)\n', outcome: 'runtime_error', kind: 'RecursionError' },
  thread: { completion: `    import threading\n    def work(): return v[99]\n    t = threading.Thread(target=work); t.start(); t.join()\n${ok}`, outcome: 'runtime_error', kind: 'IndexError', blames: 'v[99]' },
  finalizer: { completion: `    class A:\n        def __del__(self): v[99]\n    A()\n${ok}`, outcome: 'runtime_error', kind: 'IndexError', blames: 'v[99]' },
  exit: { completion: '    import sys; sys.exit(0)\n', outcome: 'runtime_error', kind: 'SystemExit', blames: 'sys.exit(0)' },
  hardExit: { completion: '    import os; os._exit(0)\n', outcome: 'runtime_error', kind: 'early-exit', blames: 'os._exit(0)' },
  abort: { completion: '    import os\n    os.abort()\n', outcome: 'runtime_error', kind: 'abort', blames: 'os.abort()' },
  crash: { completion: '    import ctypes\n    ctypes.string_at(0)\n', outcome: 'runtime_error', kind: 'SEGV', blames: 'ctypes.string_at(0)' },
  undefined: { completion: '    pass\ndel total\n', outcome: 'runtime_error', kind: 'NameError', blames: 'harness line (test case)' },
  // Limits: the loop, not the line that the clock happened to find.
  endless: { completion: '    é = 0\n    while "é" and n >= 0:\n        é += 1\n    return é\n', outcome: 'timeout', kind: 'timeout', blames: 'while "é" and n >= 0' },
  nested: { completion: '    def spin():\n        while True:\n            for i in range(9): pass\n    for x in v: spin()\n', outcome: 'timeout', kind: 'timeout', blames: 'while True' },
  slow: { completion: '    return sum(\n        x * x\n        for x in range(10**9))\n', outcome: 'timeout', kind: 'timeout', blames: 'return sum(' },
  fibonacci: { completion: '    def fib(k): return k if k < 2 else fib(k - 1) + fib(k - 2)\n    return fib(60)\n', outcome: 'timeout', kind: 'timeout' },
  number: { completion: '    return 10 ** 10 ** 8\n', outcome: 'timeout', kind: 'timeout', blames: 'return 10 ** 10 ** 8' },
  pattern: { completion: '    import re\n    return re.match("(a+)+$", "a" * 50 + "b")\n', outcome: 'timeout', kind: 'timeout', blames: 'return re.match("(a+)+$", "a" * 50 + "b")' },
  deep: { completion: '    import sys; sys.setrecursionlimit(10**6)\n    def walk(k):\n        if k: return walk(k - 1)\n        while True: pass\n    walk(5000)\n', outcome: 'timeout', kind: 'timeout', blames: 'while True' },
  recursing: { completion: '    import sys; sys.setrecursionlimit(10**9)\n    def walk(k): return walk(k + 1)\n    walk(0)\n', outcome: 'memory_limit', kind: 'memory_limit', blames: 'def walk(k): return walk(k + 1)' },
  growth: { completion: '    all = []\n    while n >= 0:\n        all.append("x" * 10**6)\n', outcome: 'memory_limit', kind: 'memory_limit', blames: 'while n >= 0' },
  request: { completion: '    é = "x" * 10**10; return n\n', outcome: 'memory_limit', kind: 'memory_limit', blames: '"x" * 10**10' },
  touched: { completion: '    s = [0] * 10**8\n    return n\n', outcome: 'memory_limit', kind: 'memory_limit', blames: 's = [0] * 10**8' },
  raised: { completion: '    raise MemoryError\n', outcome: 'runtime_error', kind: 'MemoryError', blames: 'raise MemoryError' },
  flood: { completion: '    while True: é = 1; print("x" * 1000)\n', outcome: 'output_limit', kind: 'output_limit', blames: 'print("x" * 1000)' },
}; // prettier-ignore
