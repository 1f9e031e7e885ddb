import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createJudgePool } from '../../src/sandbox/index.js';
import type { JudgePool } from '../../src/sandbox/index.js';
import type { ProgramTests, Verdict } from '../../src/records.js';
import { runProcess } from '../../src/sandbox/process.js';
import type { Bench, BuildCommand } from '../../src/sandbox/toolchain.js';
import { compileAlone } from '../../src/sandbox/toolchains/java/compile.js';
import { prepareDriver } from '../../src/sandbox/toolchains/java/driver.js';
import { diagnosticsOf } from '../../src/sandbox/toolchains/java/findings.js';
import { findJdk } from '../../src/sandbox/toolchains/java/jdk.js';
import { createProgram } from '../../src/sandbox/toolchains/java/program.js';
import {
  blamed,
  gallery,
  javaJob,
  javaTests,
  javaTiers,
  noJava,
  sumTests,
} from './java-programs.js';

for (const { tier, reason } of await javaTiers()) {
  describe.skipIf(reason !== null)(
    `the judge of Java in tier ${tier}${reason === null ? '' : ` (not to be had here: ${reason})`}`,
    () => {
      let verdicts: Map<string, Verdict>;

      beforeAll(async () => {
        const pool = await createJudgePool({ isolation: tier, wallMs: 2500 });
        const judged = await pool.judge(
          Object.values(gallery).map(({ completion }) => javaJob(sumTests, completion)),
        );
        await pool.close();
        verdicts = new Map(Object.keys(gallery).map((name, i) => [name, judged[i]]));
      });

      it.each(Object.keys(gallery))('gives %s its outcome, its finding and its place', (name) => {
        const { completion, outcome, kind, blames } = gallery[name];
        const verdict = verdicts.get(name);
        expect(verdict).toMatchObject({ outcome, testsTotal: 4, isolation: tier });
        const first = verdict?.diagnostics[0];
        expect(first?.kind).toBe(kind);
        if (blames !== undefined) expect(blamed(completion, first)).toBe(blames);
      });

      it('keeps the results of the cases before and behind a fault, and tells every stage', () => {
        expect(verdicts.get('exit')).toMatchObject({ testsPassed: 0 });
        expect(verdicts.get('index')?.tests.map(({ passed }) => passed)).toEqual(Array(4).fill(false));
        expect(verdicts.get('division')?.tests.map(({ passed }) => passed)).toEqual(Array(4).fill(false));
        expect(verdicts.get('exitCode')?.tests.map(({ passed }) => passed)).toEqual([true, false, false, false]);
        expect(verdicts.get('clean')).toMatchObject({ testsPassed: 4, correct: true });
        expect(verdicts.get('wrong')?.tests[0]).toEqual({ passed: false, expected: '6', actual: '7' });
        expect(verdicts.get('wrong')?.tests[2].actual).toBe('assert Problem.sum(new int[] {4, 4}) == 8;');
        for (const { stages, outcome, toolchain } of verdicts.values()) {
          expect(toolchain).toMatch(/^javac \d+/);
          expect(stages[0]).toMatchObject({ stage: 'compile', command: expect.arrayContaining(['javac', 'Problem.java']) });
          if (outcome !== 'compile_error')
            expect(stages.map(({ stage }) => stage)).toEqual(['compile', 'run', 'check']);
        }
      }); // prettier-ignore

      it('follows causes, and tells what a thread did', () => {
        const own = verdicts.get('own')?.diagnostics[0];
        expect(own?.message).toBe('uncaught Problem$Odd: no\nway; caused by IllegalStateException: why');
        expect(own?.frames[0]).toEqual({
          function: 'Problem.sum',
          position: { file: 'Problem.java', line: 6, column: null },
        });
        expect(verdicts.get('thread')?.diagnostics[0].message).toMatch(/ in another thread$/);
        const overflow = verdicts.get('recursion')?.diagnostics[0];
        expect(overflow?.frames.map((frame) => frame.function)).toEqual(['Problem.sum', '… and so on …']);
        expect(verdicts.get('recursion')?.stages[1].stderr).toContain('StackOverflowError\n\t…\n');
      }); // prettier-ignore
    },
  );
}

describe.skipIf(noJava !== null)(`programs in Java ${noJava ?? ''}`, () => {
  let pool: JudgePool;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rlsf-java-'));
    pool = await createJudgePool({ cacheFolder: folder });
  });
  afterAll(async () => {
    await pool.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const judge = async (
    completion: string,
    tests: Partial<ProgramTests>,
  ): Promise<Verdict & { blamed: string[] }> => {
    const [verdict] = await pool.judge([javaJob(tests, completion)]);
    const told = verdict.diagnostics.map((one) => `${one.kind} «${blamed(completion, one)}»`);
    return { ...verdict, blamed: told };
  };

  it('pass values of every type to the judge, which has them by their text', async () => {
    const cases = [
      ['Rlsf.emit(true);', 'true'],
      ["Rlsf.emit('ä');", 'ä'],
      ['Rlsf.emit(0.1 + 0.2);', '0.3'],
      ['Rlsf.emit(0.1f);', '0.1'],
      ['Rlsf.emit(Long.MIN_VALUE);', '-9223372036854775808'],
      ['Integer boxed = 5; Rlsf.emit(boxed);', '5'],
      ['Rlsf.emit((Object) null);', 'null'],
      ['Rlsf.emit("a\\n\\t\\\\b\\0😀");', 'a\n\t\\b\0😀'],
      ['Rlsf.emit(new int[][] {{1, 2}, {}});', '[[1, 2], []]'],
      ['Rlsf.emit(Map.of("b", List.of(1), "a", Set.of(10, 9)));', '{a=[9, 10], b=[1]}'],
      ['Rlsf.emit(Optional.of(new String[] {"x"}));', 'Optional[[x]]'],
      ['Rlsf.emit(org.javatuples.Pair.with(1, "x"));', '[1, x]'],
      ['Rlsf.emit(1); Rlsf.emit(2);', '1\n2'],
    ].map(([code, expected]) => ({ code, expected }));
    const verdict = await judge('class A { }\n', { cases });
    expect(verdict.tests.filter(({ passed }) => !passed)).toEqual([]);
    expect(verdict.outcome).toBe('clean');
  });

  it('are clean with an exception of their own, which nobody stores', async () => {
    const source =
      'class A {\n  static class Odd extends RuntimeException {\n    Odd(String text) { super(text); }\n  }\n  static int f() {\n    try { throw new Odd("x"); } catch (Odd e) { return 1; }\n  }\n}\n';
    const verdict = await judge(source, { cases: [{ code: 'Rlsf.emit(A.f());', expected: '1' }] });
    expect([verdict.outcome, verdict.blamed]).toEqual(['clean', []]);
    expect(verdict.stages[0].command).toContain('-Xlint:all,-serial');
  });

  it('are run on inputs, with arguments, once each', async () => {
    const source =
      'import java.util.*;\npublic class Main {\n  public static void main(String[] args) {\n    int n = new Scanner(System.in).nextInt();\n    System.out.println("ä" + n * 2 + String.join(",", args));\n    if (n == 3) System.exit(1);\n    if (n == 4) throw new IllegalStateException();\n    if (n == 5) System.exit(0);\n  }\n}\n';
    const cases = [
      { stdin: '1\n', expected: 'ä2' },
      { stdin: '2\n', expected: 'ä4ö,😀\n', args: ['ö', '😀'] },
      { stdin: '3\n', expected: 'ä6' },
      { stdin: '4\n', expected: 'ä8' },
      { stdin: '1', expected: null },
      { stdin: '5', expected: 'ä10' },
      { stdin: '5', expected: null },
    ];
    const verdict = await judge(source, { cases });
    expect(verdict.tests.map(({ passed }) => passed)).toEqual([true, true, false, false, true, true, false]);
    expect(verdict.blamed).toEqual([
      'exit-code «if (n == 3) System.exit(1);»',
      'IllegalStateException «if (n == 4) throw new IllegalStateException();»',
      'early-exit «if (n == 5) System.exit(0);»',
    ]);
    const none = await judge('class A { }\n', { cases });
    expect(none).toMatchObject({ outcome: 'compile_error', diagnostics: [{ kind: 'no-main' }] });
  }); // prettier-ignore

  it('with tests of their own behind them pass by the end of main', async () => {
    const tests = {
      prefix: 'class Problem {\n    static long twice(long x) {\n',
      suffix:
        '    }\n    public static void main(String[] args) {\n    assert(twice(2l) == 4l);\n    assert(twice(5l) == 10l);\n    }\n}\n',
      cases: [{ stdin: '', expected: null }],
    };
    expect(await judge('return x * 2;\n', tests)).toMatchObject({ outcome: 'clean', testsPassed: 1 });
    const wrong = await judge('return x + 2;\n', tests);
    expect(wrong).toMatchObject({ outcome: 'wrong_answer', testsPassed: 0 });
    expect(wrong.blamed).toEqual(['failed-test «harness line (suffix)»']);
    expect(wrong.diagnostics[0].message).toBe('failed: assert(twice(5l) == 10l);');
    const own = await judge('assert x > 4;\nreturn x * 2;\n', tests);
    expect(own.outcome).toBe('runtime_error');
    expect(own.blamed).toEqual(['AssertionError «assert x > 4;»']);
    for (const cases of [tests.cases, []]) {
      const left = await judge('System.exit(0);\nreturn 1;\n', { ...tests, cases });
      expect(left).toMatchObject({ outcome: 'runtime_error', testsPassed: 0 });
      expect(left.blamed).toEqual(['early-exit «System.exit(0);»']);
    }
  }); // prettier-ignore

  it('may have packages, files beside them, and names of any language', async () => {
    const packaged = await judge(
      'public class Größe {\n  static int f() { throw new IllegalStateException("ä"); }\n}\n',
      { prefix: 'package a.b;\n', cases: [{ code: 'Rlsf.emit(Größe.f());', expected: '1' }] },
    );
    expect(packaged.diagnostics[0].position).toEqual({ file: 'Größe.java', line: 3, column: null });
    const files = {
      'util/Helper.java': 'package util; public class Helper { public static int f(Object o) { return o.hashCode(); } }',
      'data/text.txt': 'hello\n',
    };
    const beside = await judge(
      'import java.nio.file.*;\nclass A {\n  static String f() throws Exception { return Files.readAllLines(Path.of("data/text.txt")).get(0); }\n  static int g() { return util.Helper.f(null); }\n}\n',
      { files, cases: [{ code: 'Rlsf.emit(A.f());', expected: 'hello' }, { code: 'Rlsf.emit(A.g());', expected: '' }] },
    );
    expect(beside).toMatchObject({ outcome: 'runtime_error', testsPassed: 1 });
    expect(beside.blamed).toEqual(['NullPointerException «static int g() { return util.Helper.f(null); }»']);
    await expect(judge('class A { }', { files: { '../A.java': '' } })).rejects.toMatchObject({ tag: 'input' });
  }); // prettier-ignore

  it('may wait for what their threads send through a pipe', async () => {
    const selects = 'import java.nio.ByteBuffer;\nimport java.nio.channels.*;\nclass A {\n  static int f() throws Exception {\n    Pipe pipe = Pipe.open();\n    Selector selector = Selector.open();\n    pipe.source().configureBlocking(false);\n    pipe.source().register(selector, SelectionKey.OP_READ);\n    new Thread(() -> { try { pipe.sink().write(ByteBuffer.wrap(new byte[] {42})); } catch (java.io.IOException e) { } }).start();\n    selector.select(1000);\n    ByteBuffer one = ByteBuffer.allocate(1);\n    pipe.source().read(one);\n    return one.get(0);\n  }\n}\n';
    const verdict = await judge(selects, { cases: [{ code: 'Rlsf.emit(A.f());', expected: '42' }] });
    expect([verdict.outcome, verdict.blamed]).toEqual(['clean', []]);
  }); // prettier-ignore

  it('are only built where that is asked for, and only run where nothing else is', async () => {
    const built = await judge('class A { int x = (int) 1; }\n', { compileOnly: true, cases: [{ code: '?', expected: '' }] });
    expect(built).toMatchObject({ outcome: 'warning', testsTotal: 0, tests: [] });
    expect(built.stages.map(({ stage }) => stage)).toEqual(['compile']);
    expect((await judge('class A { }\n', {})).outcome).toBe('clean');
    expect((await judge('class A { public static void main(String[] a) { System.exit(0); } }\n', {})).outcome).toBe('clean');
    const missing = await judge('class A { }\n', { cases: [{ code: 'Rlsf.emit(A.f());', expected: '' }] });
    expect(missing.blamed).toEqual(['cant.resolve.location.args «harness line (test case)»']);
  }); // prettier-ignore

  it('are compiled by javac itself where our driver fails, and its words are read', async () => {
    const jdk = await findJdk();
    const driver = await prepareDriver(folder, jdk);
    const map = 'class A {\n\tint ä = "😀" + x;\n}\n';
    const refuse = 'rlsf.Compile';
    const bench = {
      folder: mkdtempSync(join(folder, 'bench-')),
      build: ({ command, environment }: BuildCommand) =>
        runProcess(command.includes(refuse) ? '/bin/false' : command[0], command.slice(1), {
          cwd: bench.folder,
          env: { ...environment },
          wallMs: 60_000,
          maxBytes: 1 << 20,
        }),
    } as unknown as Bench;
    const program = createProgram(javaTests({}), map);
    const compiled = await compileAlone(program, bench, { jdk, driver });
    const [finding] = diagnosticsOf(program, compiled);
    expect(finding).toMatchObject({ tool: 'javac', severity: 'error', kind: 'cant.resolve' });
    expect(blamed(map, finding)).toBe('x');
  });

  it('that end the compiler do so for nobody else', async () => {
    const nested = `class A { void f() { ${'try { f(); } finally { '.repeat(40)}${'}'.repeat(40)} } }\n`;
    const deep = `class A { int f(int x) { return ${'('.repeat(3000)}x${')'.repeat(3000)}; } }\n`;
    const quick = await createJudgePool({ workers: 1, cacheFolder: folder });
    const sources = ['class A { }\n', nested, deep, 'class B { }\n'];
    const verdicts = await quick.judge(sources.map((source) => javaJob({ compileOnly: true }, source)));
    await quick.close();
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(['clean', 'compile_error', 'clean', 'clean']);
    // Stopped by our limit, or, on a machine that is fast enough, told off by javac for its own.
    const limit = /^(compiler-limit|limit\.code\.too\.large\.for\.try\.stmt)$/;
    expect(verdicts[1].diagnostics[0]).toMatchObject({ tool: 'javac', kind: expect.stringMatching(limit) });
  }); // prettier-ignore
});
