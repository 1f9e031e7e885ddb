import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Language, TestCase, Verdict } from '../../src/records.js';
import { createJudgePool } from '../../src/sandbox/index.js';
import type { JudgePool } from '../../src/sandbox/index.js';
import { toolchains } from '../../src/sandbox/toolchains/index.js';
import { createShToolchain } from './sh-toolchain.js';

const sh = 'sh' as Language;
const sum = { stdin: '2 3\n', expected: '5' };
const double = { stdin: '4\n', expected: '4 x', args: ['x'] };

describe('a language that the README adds', () => {
  let pool: JudgePool;
  beforeAll(async () => {
    // The line in toolchains/index.ts.
    Object.assign(toolchains, { [sh]: createShToolchain });
    pool = await createJudgePool({ workers: 1 });
  });
  afterAll(() => pool.close());

  async function judge(
    completion: string,
    cases: TestCase[] = [sum],
    prefix = '',
  ): Promise<Verdict> {
    const tests = { includes: '', prefix, suffix: '', cases };
    return (await pool.judge([{ language: sh, completion, tests }]))[0];
  }

  it('judges a clean program, with inputs and arguments', async () => {
    const adds = 'read a b\necho $((a + b))\n';
    expect(await judge(adds)).toMatchObject({ outcome: 'clean', testsPassed: 1, diagnostics: [] });
    const both = await judge('read a b\n[ $1 ] && echo $a $1 || echo $((a + b))\n', [double, sum]);
    expect(both).toMatchObject({ outcome: 'clean', testsPassed: 2 });
    expect(await judge('echo hello\n', [])).toMatchObject({ outcome: 'clean', testsTotal: 0 });
  });

  it('judges a wrong answer', async () =>
    expect(await judge('echo 6\n')).toMatchObject({
      outcome: 'wrong_answer',
      tests: [{ passed: false, expected: '5', actual: '6\n' }],
    }));

  it('names the line of the completion that is no shell', async () => {
    const completion = 'read a b\nif then\necho 5\n';
    const verdict = await judge(completion, [sum], '# ours\n');
    const start = completion.indexOf('if then');
    expect(verdict).toMatchObject({
      outcome: 'compile_error',
      testsTotal: 1,
      diagnostics: [
        {
          position: { line: 3 },
          span: { start, end: start + 'if then'.length, precision: 'line' },
        },
      ],
    });
  });

  it('names the line at which a run failed', async () => {
    const verdict = await judge('read a b\nno_such_command\necho 5\n');
    expect(verdict).toMatchObject({
      outcome: 'runtime_error',
      diagnostics: [{ message: expect.stringContaining('not found'), span: { start: 9, end: 24 } }],
    });
    expect(await judge('exit 3\n')).toMatchObject({ diagnostics: [{ kind: 'exit-code' }] });
  });

  it('ends an endless loop', async () =>
    expect(await judge('while :; do :; done\n')).toMatchObject({
      outcome: 'timeout',
      diagnostics: [{ kind: 'timeout' }],
    }));
});

it('the README shows the toolchain that is tested here', async () => {
  const root = path.join(import.meta.dirname, '../..');
  const readme = await readFile(path.join(root, 'README.md'), 'utf8');
  const source = await readFile(path.join(root, 'test/sandbox/sh-toolchain.ts'), 'utf8');
  expect(readme.split('```ts\n').map((block) => block.split('```')[0])).toContain(source);
});
