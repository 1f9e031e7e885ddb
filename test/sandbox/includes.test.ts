import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProgramTests, Verdict } from '../../src/records.js';
import { createJudgePool } from '../../src/sandbox/index.js';
import type { JudgeJob, JudgePool } from '../../src/sandbox/index.js';
import { checkFiles, sourceParts } from '../../src/sandbox/program-source.js';
import { createProgram } from '../../src/sandbox/toolchains/java/program.js';
import { createPythonProgram } from '../../src/sandbox/toolchains/python/program.js';
import { javaTests, noJava } from './java-programs.js';

const given = { includes: '', prefix: '', suffix: '', cases: [] };

describe('The includes of a program', () => {
  it('are whole lines at its head, with a line feed of ours where they lack one', () => {
    const textOf = (includes: string): string => {
      const tests: ProgramTests = { ...given, includes, prefix: 'x = 1\n', suffix: '# end\n' };
      return createPythonProgram({ language: 'python', completion: 'y\n', tests }).text;
    };
    expect(textOf('import math')).toBe('import math\nx = 1\ny\n# end\n');
    expect(textOf('import math\n')).toBe('import math\nx = 1\ny\n# end\n');
    expect(textOf('')).toBe('x = 1\ny\n# end\n');
    expect(sourceParts({ ...given, includes: 'a', prefix: 'b' }, 'c').map(({ name }) => name)).toEqual([
      'includes', 'prefix', 'completion', 'suffix',
    ]); // prettier-ignore
  });

  it('stand behind the package that a Java prefix declares, and before all else', () => {
    const textOf = (prefix: string): string =>
      createProgram(javaTests({ includes: 'import java.util.*;', prefix }), 'class A { }\n').map
        .text;
    expect(textOf('')).toBe('import java.util.*;\nclass A { }\n');
    expect(textOf('import a.B;\n')).toBe('import java.util.*;\nimport a.B;\nclass A { }\n');
    expect(textOf('/* package x; */ package a.b;\nimport a.B;\n')).toBe(
      '/* package x; */ package a.b;\nimport java.util.*;\nimport a.B;\nclass A { }\n',
    );
    expect(textOf('package a; ')).toBe('package a; import java.util.*;\nclass A { }\n');
  });
});

describe('The names of further files', () => {
  it.each(['data.txt', 'a/b/c_d-1.h', 'program.cpp.txt', 'classes.txt'])('may be %s', (name) => {
    expect(() => checkFiles([name], ['program.cpp', 'classes'])).not.toThrow();
  });

  it.each(['', '/a', '../a', 'a/../b', 'a//b', 'a b', '.rlsf-cases', 'a/.b', 'program.cpp', 'classes', 'classes/A.class'])(
    'are never %j',
    (name) => {
      expect(() => checkFiles(['data.txt', name], ['program.cpp', 'classes'])).toThrow(
        `other than program.cpp, classes, came ${JSON.stringify(name)}`,
      );
    },
  ); // prettier-ignore
});

describe('A judged program with includes', () => {
  let pool: JudgePool;
  beforeAll(async () => {
    pool = await createJudgePool();
  });
  afterAll(() => pool.close());
  const judge = async (
    language: JudgeJob['language'],
    completion: string,
    tests: Partial<ProgramTests>,
  ): Promise<Verdict & { blamed: string }> => {
    const [verdict] = await pool.judge([{ language, completion, tests: { ...given, ...tests } }]);
    const span = verdict.diagnostics[0]?.span ?? { precision: 'none', reason: 'no finding' };
    const bytes = Buffer.from(completion);
    const blamed =
      span.precision === 'none' ? span.reason : bytes.subarray(span.start, span.end).toString();
    return { ...verdict, blamed };
  };

  it('finds them in Python, and its own lines are blamed to the byte', async () => {
    const cases = [{ code: 'rlsf_emit(f(4))', expected: '2' }];
    const tests = { includes: 'import math  # größer', cases };
    const right = await judge('python', 'def f(n): return math.isqrt(n)\n', tests);
    expect(right).toMatchObject({ outcome: 'clean', blamed: 'no finding' });
    expect((await judge('python', 'def f(n): "ä"; return math.none\n', tests)).blamed).toBe('math.none');
  }); // prettier-ignore

  it.skipIf(noJava !== null)(
    'finds them in Java, and its own lines are blamed to the byte',
    async () => {
      const cases = [{ code: 'Rlsf.emit(A.f());', expected: '[1]' }];
      const tests = { includes: 'import java.util.List; // größer', cases };
      const right = await judge('java', 'class A { static List<Integer> f() { return List.of(1); } }\n', tests);
      expect(right).toMatchObject({ outcome: 'clean', blamed: 'no finding' });
      const wrong = 'class A { static List<Integer> f() { String ä; return List.none(1); } }\n';
      expect((await judge('java', wrong, tests)).blamed).toBe('none');
      const inPackage = { ...tests, prefix: 'package a.b;\n' };
      expect((await judge('java', 'class A { static List<Integer> f() { return List.of(1); } }\n', inPackage)).outcome).toBe('clean');
      const late = await judge('java', 'package a;\nclass A { }\n', tests);
      expect(late).toMatchObject({ outcome: 'compile_error' });
      expect(late.blamed).toMatch(/^package/);
    },
  ); // prettier-ignore
});
