import type { Diagnostic, ProgramTests } from '../../src/records.js';
import type { JudgeJob } from '../../src/sandbox/index.js';
import { findProgram } from '../../src/sandbox/process.js';
import { tiers } from './tiers.js';

/** Why programs in Java cannot be judged here, or `null`. */
export const noJava =
  findProgram('javac') === 'javac'
    ? 'javac is not installed (apt-get install default-jdk-headless)'
    : null;

export function javaTests(given: Partial<ProgramTests>): ProgramTests {
  return { includes: '', prefix: '', suffix: '', cases: [], ...given };
}

export function javaJob(tests: Partial<ProgramTests>, completion: string): JudgeJob {
  return { language: 'java', completion, tests: javaTests(tests) };
}

/** `Problem.sum(int[] v)`: three values and an assertion. */
export const sumTests = javaTests({
  prefix:
    'import java.util.*;\n\nclass Problem {\n    /** The sum of v, größer als nichts. */\n    static int sum(int[] v) {\n',
  suffix: '}\n',
  cases: [
    { code: 'Rlsf.emit(Problem.sum(new int[] {1, 2, 3}));', expected: '6' },
    { code: 'Rlsf.emit(Problem.sum(new int[] {-5}));', expected: '-5' },
    { assert: 'assert Problem.sum(new int[] {4, 4}) == 8;' },
    { code: 'Rlsf.emit(Problem.sum(new int[0]));', expected: '0' },
  ],
});

const loop = '        for (int x : v) s += x;\n        return s;\n    }\n';

export interface Example {
  completion: string;
  outcome: string;
  kind?: string;
  /** The text that the first finding cuts out of the completion, or why it has none. */
  blames?: string;
}

/** One program per outcome and kind of finding, as completions of `sumTests`. */
export const gallery: Record<string, Example> = {
  clean: { completion: `        int s = 0;\n${loop}`, outcome: 'clean' },
  warning: { completion: `        int s = (int) 0;\n${loop}`, outcome: 'warning', kind: 'redundant.cast', blames: '(int) 0' },
  rawType: { completion: `        List all = new ArrayList<Integer>();\n        int s = all.size();\n${loop}`, outcome: 'warning', kind: 'raw.class.use', blames: 'List' },
  undeclared: { completion: `        int s = 0;\n${loop.replace('+= x', '+= y')}`, outcome: 'compile_error', kind: 'cant.resolve.location', blames: 'y' },
  afterUmlaut: { completion: `        /* äöü 😀 */ String t = "größer 😀"; int s = t.lenght();\n${loop}`, outcome: 'compile_error', kind: 'cant.resolve.location.args', blames: 'lenght' },
  afterTabs: { completion: `\t\tint s =\t"1";\n${loop}`, outcome: 'compile_error', kind: 'prob.found.req', blames: '"1"' },
  crlf: { completion: `        int s = 0;\r\n        s.foo();\r\n${loop}`, outcome: 'compile_error', kind: 'cant.deref', blames: 'foo' },
  surrogates: { completion: `        String 𝒳 = "𝒳"; int s = 𝒳;\n${loop}`, outcome: 'compile_error', kind: 'prob.found.req', blames: '𝒳' },
  argument: { completion: `        int s = Math.abs("x");\n${loop}`, outcome: 'compile_error', kind: 'cant.apply.symbols', blames: 'abs' },
  oneArgument: { completion: `        return sum(v, 1);\n    }\n`, outcome: 'compile_error', kind: 'cant.apply.symbol', blames: 'sum' },
  wrongType: { completion: `        return sum("x");\n    }\n`, outcome: 'compile_error', kind: 'prob.found.req', blames: '"x"' },
  semicolon: { completion: `        int s = 0\n${loop}`, outcome: 'compile_error', kind: 'expected', blames: '' },
  quote: { completion: `        String t = "open;\n        int s = 0;\n${loop}`, outcome: 'compile_error', kind: 'unclosed.str.lit', blames: '"open;' },
  truncated: { completion: '        int s = 0;\n        for (int x : v', outcome: 'compile_error', kind: 'expected', blames: '' },
  braces: { completion: `        int s = 0;\n${loop}    }\n`, outcome: 'compile_error', kind: 'expected4', blames: 'harness line (suffix)' },
  noReturn: { completion: '        int s = v.length;\n        if (s > 3) return 1;\n    }\n', outcome: 'compile_error', kind: 'missing.ret.stmt', blames: '}' },
  unreachable: { completion: '        return v.length;\n        for (;;) {\n            v[0]++;\n        }\n    }\n', outcome: 'compile_error', kind: 'unreachable.stmt', blames: 'for (;;) {' },
  unassigned: { completion: '        int s;\n        return s + v.length;\n    }\n', outcome: 'compile_error', kind: 'var.might.not.have.been.initialized', blames: 's' },
  unreported: { completion: '        Thread.sleep(1);\n        return v.length;\n    }\n', outcome: 'compile_error', kind: 'unreported.exception.need.to.catch.or.throw', blames: 'Thread.sleep(1)' },
  abstract: { completion: `        int s = 0;\n${loop}    static class Task\n        implements Runnable {\n        int x;\n    }\n`, outcome: 'compile_error', kind: 'does.not.override.abstract', blames: 'static class Task' },
  otherName: { completion: '        return 0;\n    }\n    static int summe(int[] v) { return 0; }\n}\nclass Rest {\n', outcome: 'wrong_answer' },
  wrong: { completion: `        int s = 1;\n${loop}`, outcome: 'wrong_answer' },
  index: { completion: '        int s = 0;\n        for (int i = 0; i <= v.length; i++) s += v[i];\n        return s;\n    }\n', outcome: 'runtime_error', kind: 'ArrayIndexOutOfBoundsException', blames: 'for (int i = 0; i <= v.length; i++) s += v[i];' },
  division: { completion: '        /* ä */ return v[0] / (v.length - v.length);\n    }\n', outcome: 'runtime_error', kind: 'ArithmeticException', blames: '/* ä */ return v[0] / (v.length - v.length);' },
  library: { completion: '        return new ArrayList<Integer>().get(v.length);\n    }\n', outcome: 'runtime_error', kind: 'IndexOutOfBoundsException', blames: 'return new ArrayList<Integer>().get(v.length);' },
  own: { completion: '        throw new Odd("no\\nway", new IllegalStateException("why"));\n    }\n    static class Odd extends RuntimeException {\n        static final long serialVersionUID = 1;\n        Odd(String text, Throwable cause) { super(text, cause); }\n    }\n', outcome: 'runtime_error', kind: 'Problem$Odd', blames: 'throw new Odd("no\\nway", new IllegalStateException("why"));' },
  initialiser: { completion: `        return Table.ONE * v.length;\n    }\n    static class Table {\n        static final int ONE = Integer.parseInt("one");\n    }\n`, outcome: 'runtime_error', kind: 'NumberFormatException', blames: 'static final int ONE = Integer.parseInt("one");' },
  assertion: { completion: `        assert v.length > 5 : "short";\n        int s = 0;\n${loop}`, outcome: 'runtime_error', kind: 'AssertionError', blames: 'assert v.length > 5 : "short";' },
  thread: { completion: `        int s = 0;\n        Thread t = new Thread(() -> {\n            Object none = null;\n            none.toString();\n        });\n        t.start();\n        try { t.join(); } catch (InterruptedException e) { return 0; }\n${loop}`, outcome: 'runtime_error', kind: 'NullPointerException', blames: 'none.toString();' },
  recursion: { completion: '        if (v.length > 99) return 0;\n        int one = helper(v);\n        return one + sum(v);\n    }\n    static int helper(int[] v) { return v.length; }\n', outcome: 'runtime_error', kind: 'StackOverflowError', blames: 'return one + sum(v);' },
  mutual: { completion: '        return other(v) + 1;\n    }\n    static int other(int[] v) {\n        return sum(v) + 1;\n    }\n', outcome: 'runtime_error', kind: 'StackOverflowError', blames: 'return other(v) + 1;' },
  endless: { completion: '        int s = 0;\n        @SuppressWarnings("unused") String ä = "}";\n        while (v.length >= 0) s ^= v.length;\n        return s;\n    }\n', outcome: 'timeout', kind: 'timeout', blames: 'while (v.length >= 0)' },
  sleeps: { completion: '        try { Thread.sleep(60000); } catch (InterruptedException e) { return 1; }\n        return v.length;\n    }\n', outcome: 'timeout', kind: 'timeout', blames: 'try { Thread.sleep(60000); } catch (InterruptedException e) { return 1; }' },
  memory: { completion: '        List<int[]> all = new ArrayList<>();\n        while (v.length >= 0)\n            all.add(new int[1 << 16]);\n        return 1;\n    }\n', outcome: 'memory_limit', kind: 'memory_limit', blames: 'while (v.length >= 0)' },
  keptMemory: { completion: '        for (;;)\n            all.add("x".repeat(1000 + all.size()));\n    }\n    static final List<String> all = new ArrayList<>();\n', outcome: 'memory_limit', kind: 'memory_limit', blames: 'for (;;)' },
  hugeRequest: { completion: '        int[] big = new int[Integer.MAX_VALUE - 8];\n        return big.length + v.length;\n    }\n', outcome: 'memory_limit', kind: 'memory_limit', blames: 'int[] big = new int[Integer.MAX_VALUE - 8];' },
  flood: { completion: '        for (;;) System.out.println("x".repeat(4096));\n    }\n', outcome: 'output_limit', kind: 'output_limit' },
  exit: { completion: '        System.exit(0);\n        return v.length;\n    }\n', outcome: 'runtime_error', kind: 'early-exit', blames: 'System.exit(0);' },
  exitCode: { completion: '        if (v.length == 1) System.exit(3);\n        return 6;\n    }\n', outcome: 'runtime_error', kind: 'exit-code', blames: 'if (v.length == 1) System.exit(3);' },
}; // prettier-ignore

/** The text that a finding cuts out of a completion, or why it has none. */
export function blamed(completion: string, finding: Diagnostic | undefined): string {
  if (finding === undefined) return 'no finding';
  const { span } = finding;
  return span.precision === 'none'
    ? span.reason
    : Buffer.from(completion).subarray(span.start, span.end).toString();
}

/** The tiers of `tiers()`, each with the reason why Java cannot be judged in it here, or `null`. */
export async function javaTiers(): ReturnType<typeof tiers> {
  return (await tiers()).map(({ tier, reason }) => ({ tier, reason: noJava ?? reason }));
}
