import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RewardBenchReport } from '../../../src/evaluation/index.js';
import type { CommandContext, CommandResult } from '../../../src/repl/commands/command.js';
import { rewardBenchCommand } from '../../../src/repl/commands/reward-bench.js';
import { plainText } from '../../../src/repl/styled.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-reward-bench-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function run(options: Record<string, string | boolean | string[]>): Promise<CommandResult> {
  const context: CommandContext = {
    width: 80,
    interactive: false,
    json: false,
    signal: new AbortController().signal,
    write: () => {},
    note: () => {},
    showRun: () => Promise.reject(new Error('no run here')),
    choose: () => Promise.resolve(null),
  };
  return rewardBenchCommand.run({ arguments: {}, options }, context);
}

describe('rlsf reward-bench', () => {
  it('ends with exit code 0 where nothing fails', async () => {
    const { value, exitCode, lines } = await run({ task: 'maths', n: '3', policy: false });
    const report = value as RewardBenchReport;
    expect(report.rewards).toEqual([{ name: 'sanitizer_curriculum', weight: 1 }]);
    expect(report.problems).toHaveLength(3);
    expect(report.passed).toBe(true);
    expect(exitCode).toBe(0);
    expect(lines.map(plainText).at(-1)).toBe('Nothing fails.');
  });

  it('ends with exit code 1 where a check fails, takes files and weights, and writes a page', async () => {
    const out = path.join(folder, 'bench.md');
    const bad = path.join(import.meta.dirname, 'bad', 'clean-token-pay.ts');
    const { value, exitCode, lines } = await run({
      task: 'maths',
      reward: [bad, 'answer_strict:0.5'],
      policy: false,
      out,
    });
    expect(exitCode).toBe(1);
    expect((value as RewardBenchReport).rewards).toEqual([
      { name: 'clean_token_pay', weight: 1 },
      { name: 'answer_strict', weight: 0.5 },
    ]);
    expect(lines.map(plainText).at(-1)).toBe('Fails: clean_tokens.');
    expect(await readFile(out, 'utf8')).toContain('| clean_tokens | FAIL | spans pay for length');
  });

  it('says what is wrong with its options', async () => {
    await expect(run({ rollouts: 'nowhere.jsonl' })).rejects.toThrow(/no file nowhere\.jsonl/);
    await expect(run({ reward: ['tests_pased'] })).rejects.toThrow(/Did you mean "tests_passed"/);
    await expect(run({ n: 'many' })).rejects.toThrow(/--n/);
  });
});
