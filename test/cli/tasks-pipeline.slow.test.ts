import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, root } from './call.js';

let folder: string;
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'rlsf-cli-pipeline-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const compiler = spawnSync('g++', ['--version']).status === 0;

describe.skipIf(!compiler)('rlsf tasks pipeline (needs g++)', () => {
  it('shows what became of each example, and ends with 1 where one differs', async () => {
    for (const name of ['off-by-one', 'double-free'])
      cpSync(path.join(root, 'data/examples', name), path.join(folder, 'mine', name), {
        recursive: true,
      });
    const argv = ['tasks', 'pipeline', '--examples', path.join(folder, 'mine')];
    const output = path.join(folder, 'out');
    const first = await call(...argv, '--output', output);
    expect(first.code, first.err).toBe(0);
    expect(first.out).toMatch(
      /double free +runtime_error +double-free +11 +11 +\d+ +1 +0\.2 {2}as expected/,
    );
    expect(first.out).toMatch(/wrong answer by one +wrong_answer +– +3 +– +\d+\* +1 +0\.3/);
    expect(first.out).toContain('2 of 2 as expected');
    for (const file of ['examples/double-free/rejected.cpp', 'compiled/double-free.json'])
      expect(existsSync(path.join(output, file)), file).toBe(true);

    const scored = await call(
      ...[...argv, '--output', output, '--only', 'rewards', 'dataset'],
      ...['--reward', 'runtime_error=-1', 'wrong_answer=0.4', '--json'],
    );
    expect(JSON.parse(scored.out)).toMatchObject({
      stages: { rewards: { made: 2, unchanged: 0 } },
      examples: [
        { name: 'double-free', rewards: [1, -1] },
        { name: 'off-by-one', rewards: [1, 0.4] },
      ],
    });

    const file = path.join(folder, 'mine/off-by-one/chosen.cpp');
    writeFileSync(file, 'int range_sum(int low, int high) {\n    return high - low;\n}\n');
    const wrong = await call(...argv, '--output', output);
    expect(wrong.code).toBe(1);
    expect(wrong.out).toMatch(/off-by-one: chosen: the outcome is wrong_answer \(expected "10"/);
    expect(wrong.out).toContain('1 of 2 as expected');
  }, 120_000);
});

describe('rlsf tasks pipeline', () => {
  it('says what is missing or unknown', async () => {
    const pipeline = ['tasks', 'pipeline', '--output', path.join(folder, 'none')];
    for (const [argv, code, message] of [
      [['--only', 'compile'], 2, /--only: expected stages .* Did you mean 'compiled'\?/],
      [['--reward', 'clean'], 2, /--reward: expected outcome=score/],
      [['--reward', 'sandbox_error=1'], 2, /--reward: expected outcome=score/],
      [['--examples', 'nowhere'], 1, /nowhere: expected a folder of examples, there is none/],
      [['--examples', path.join(root, 'docs')], 1, /expected folders with example\.yaml/],
      [['--task', 'maths', '-n', '1'], 1, /expected a task in C\+\+/],
      [['--only', 'rewards'], 1, /expected the result of the stage examples/],
    ] as const) {
      const { code: exitCode, err } = await call(...pipeline, ...argv);
      expect(exitCode, err).toBe(code);
      expect(err).toMatch(message);
    }
  });
});
