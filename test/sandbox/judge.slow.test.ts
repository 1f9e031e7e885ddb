import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createJudgePool } from '../../src/sandbox/index.js';
import type { JudgePool } from '../../src/sandbox/index.js';
import type { Verdict } from '../../src/records.js';
import { gallery, includes, job, listTests, sumTests, testsOf, textTests } from './programs.js';
import { tiers } from './tiers.js';

describe('flags of one’s own', () => {
  it('may hold -Werror: a warning ends a program, and nothing else', async () => {
    const pool = await createJudgePool({ flags: ['-Werror'], memoryMiB: 256 });
    try {
      const wanted = ['clean', 'warning', 'wrong'] as const;
      const verdicts = await pool.judge(
        wanted.map((name) => job(sumTests, gallery[name].completion)),
      );
      expect(verdicts.map(({ outcome }) => outcome)).toEqual([
        'clean',
        'compile_error',
        'wrong_answer',
      ]);
      expect(verdicts[1].diagnostics[0]?.kind).toBe(gallery.warning.kind);
    } finally {
      await pool.close();
    }
  });
});

for (const { tier, reason } of await tiers()) {
  describe.skipIf(reason !== null)(
    `the judge in tier ${tier}${reason === null ? '' : ` (not to be had here: ${reason})`}`,
    () => {
      let pool: JudgePool;
      let verdicts: Map<string, Verdict>;

      beforeAll(async () => {
        pool = await createJudgePool({ isolation: tier, memoryMiB: 256 });
        const judged = await pool.judge(
          Object.values(gallery).map(({ completion }) => job(sumTests, completion)),
        );
        verdicts = new Map(Object.keys(gallery).map((name, i) => [name, judged[i]]));
      });
      afterAll(() => pool.close());

      it.each(Object.keys(gallery))('gives %s its outcome, its finding and its place', (name) => {
        const { completion, outcome, kind, blames } = gallery[name];
        const verdict = verdicts.get(name);
        expect(verdict).toMatchObject({
          outcome,
          testsTotal: 4,
          isolation: tier,
          fromCache: false,
        });
        const first = verdict?.diagnostics[0];
        expect(first?.kind).toBe(kind);
        if (blames !== undefined) {
          const { span } = first ?? { span: { precision: 'none' as const, reason: 'no finding' } };
          expect(
            span.precision === 'none'
              ? span.reason
              : Buffer.from(completion).subarray(span.start, span.end).toString(),
          ).toBe(blames);
        }
      });

      it('keeps the results of the cases before a crash, and tells every stage', () => {
        expect(verdicts.get('exit')).toMatchObject({ testsPassed: 0 });
        expect(verdicts.get('leak')).toMatchObject({ testsPassed: 4, correct: false });
        expect(verdicts.get('clean')).toMatchObject({ testsPassed: 4, correct: true });
        for (const verdict of verdicts.values()) {
          expect(verdict.stages[0]).toMatchObject({
            stage: 'compile',
            command: expect.arrayContaining(['g++']),
          });
          if (verdict.outcome !== 'compile_error')
            expect(verdict.stages.map(({ stage }) => stage)).toEqual(['compile', 'run', 'check']);
        }
        expect(verdicts.get('wrong')?.stages[2].stdout).toContain('test 1: expected "6", came "7"');
      });
    },
  );
}

describe('the judge', () => {
  let pool: JudgePool;
  beforeAll(async () => {
    pool = await createJudgePool({ cacheFolder: null });
  });
  afterAll(() => pool.close());

  it('compares values of every type, and never lets the expected text into the program', async () => {
    const tests = testsOf(
      'int f() { return 1; }\n',
      ['rlsf_emit(true);', '1'],
      ["rlsf_emit('c');", 'c'],
      ['rlsf_emit(0.1 + 0.2);', '0.3'],
      ['rlsf_emit(18446744073709551615ull);', '18446744073709551615'],
      ['rlsf_emit((const char*)nullptr);', 'null'],
      ['int x = 0; rlsf_emit(&x);', 'non-null'],
      ['rlsf_emit(std::string("a\\n\\tb"));', 'a\n\tb'],
      ['rlsf_emit((-2147483647 - 1));', '-2147483648'],
    );
    const [verdict] = await pool.judge([job(tests, 'int g() { return f(); }\n')]);
    expect(verdict.stages.at(-1)?.stdout).not.toContain('expected');
    expect(verdict).toMatchObject({ outcome: 'clean', testsPassed: 8 });
  });

  it('judges different problems in one go, each by its own tests', async () => {
    const reverse =
      '    Node* r = nullptr;\n    while (head) {\n        Node* next = head->next;\n        r = new Node{head->value, r};\n        delete head;\n        head = next;\n    }\n    return r;\n}\n';
    const keep =
      '    std::string s;\n    for (char x : text) if (x != c) s += x;\n    return s;\n}\n';
    const verdicts = await pool.judge([
      job(sumTests, gallery.clean.completion),
      job(listTests, reverse),
      job(textTests, keep),
      job(listTests, reverse.replace('        delete head;\n', '')),
      job(textTests, keep.replace('!=', '==')),
    ]);
    expect(verdicts.map(({ outcome }) => outcome)).toEqual([
      'clean',
      'clean',
      'clean',
      'runtime_error',
      'wrong_answer',
    ]);
    // Allocated by the test's own code, lost by the completion: no token is to blame.
    expect(verdicts[3].diagnostics[0]).toMatchObject({
      tool: 'lsan',
      span: { precision: 'none', reason: 'harness line (test case)' },
    });
  });

  it('counts warnings in the completion only', async () => {
    const tests = testsOf('int f(int used, int notUsed) {\n    int alsoNotUsed;\n', [
      'rlsf_emit(f(1, 2));',
      '1',
    ]);
    const verdicts = await pool.judge([
      job(tests, '    return used;\n}\n'),
      job(tests, '    int mine; return used;\n}\n'),
    ]);
    expect(verdicts.map(({ outcome, diagnostics }) => [outcome, diagnostics.length])).toEqual([
      ['clean', 0],
      ['warning', 1],
    ]);
  });

  it('runs a program of its own main when there are no cases', async () => {
    const tests = { includes, prefix: '', suffix: '', cases: [] };
    const verdicts = await pool.judge([
      job(tests, '#include <cstdio>\nint main() {\n  std::puts("hello");\n}\n'),
      job(
        tests,
        'int main(int argc, char**) {\n  int* p = new int[argc];\n  int x = p[argc];\n  delete[] p;\n  return x;\n}\n',
      ),
      job(tests, 'int main() { return 3; }\n'),
    ]);
    expect(verdicts.map(({ outcome }) => outcome)).toEqual([
      'clean',
      'runtime_error',
      'runtime_error',
    ]);
    expect(verdicts[0].stages[1].stdout).toBe('hello\n');
    expect(verdicts[1].diagnostics[0].position).toMatchObject({ line: 3 });
    expect(verdicts[2].diagnostics[0]).toMatchObject({ kind: 'exit-code' });
  });

  it('leads from a template error in a header to the completion', async () => {
    const tests = testsOf('struct Item { int value; };\nvoid order(std::vector<Item>& v) {\n', [
      'std::vector<Item> v; order(v); rlsf_emit(0);',
      '0',
    ]);
    const [verdict] = await pool.judge([job(tests, '    std::sort(v.begin(), v.end());\n}\n')]);
    expect(verdict.outcome).toBe('compile_error');
    // The call that made the template: `sort(v.begin(), v.end())`.
    for (const { span } of verdict.diagnostics)
      expect(span).toMatchObject({ precision: 'span', start: 9, end: 33 });
  });

  it('judges the same program once, and says so', async () => {
    const clean = job(sumTests, gallery.clean.completion);
    const first = await pool.judge([clean, clean]);
    expect(first.map(({ fromCache }) => fromCache)).toEqual([true, true]);
    expect(first[0].outcome).toBe('clean');
  });

  it('calls broken includes the caller’s mistake', async () => {
    const tests = { ...sumTests, includes: '#include <no/such/header>\n' };
    await expect(pool.judge([job(tests, gallery.clean.completion)])).rejects.toMatchObject({
      tag: 'input',
    });
    await expect(pool.judge([{ completion: '', language: 'cpp' }])).rejects.toMatchObject({
      tag: 'input',
    });
    await expect(createJudgePool({ workers: 0 })).rejects.toMatchObject({ tag: 'input' });
  });
});
