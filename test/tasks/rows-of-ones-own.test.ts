import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/records.js';
import { openTask } from '../../src/tasks/index.js';
import { folderWith, jsonLines } from './folder.js';

async function problems(...rows: unknown[]): Promise<Problem[]> {
  const path = await folderWith({ 'rows.jsonl': jsonLines(...rows) });
  const task = await openTask('jsonl', { path });
  const all = task.problems({ split: 'all', seed: 0 });
  return rows.map((_, i) => all.find(({ id }) => id === `jsonl/all/${i}`) as Problem);
}

const turn = (role: string, content: string): { role: string; content: string } => ({
  role,
  content,
});

describe('rows in the formats of TRL', () => {
  it('become problems with what judges them, other columns handed through', async () => {
    const found = await problems(
      { prompt: '2 + 2 =', completion: ' 4\n#### 4', answer: 4, level: 'easy' },
      { prompt: [turn('user', 'hi')], chosen: [turn('assistant', 'good')], rejected: 'bad' },
      { messages: [turn('user', '1 + 1?'), turn('assistant', '#### 2')], ground_truth: '2' },
      { prompt: 'def f():', completion: ' return 1', label: true, language: 'python', tests: ['assert f() == 1'] },
      { prompt: 'p', completion: 'c', label: false, answer: '1', answer_format: 'final' },
    ); // prettier-ignore
    expect(found[0]).toMatchObject({ answer: '4', reference: ' 4\n#### 4', language: 'text' });
    expect(found[0].columns).toEqual({ level: 'easy' });
    expect(found[1].reference).toBeUndefined();
    expect(found[1].columns).toHaveProperty('rejected');
    expect(found[2]).toMatchObject({ prompt: [turn('user', '1 + 1?')], reference: '#### 2' });
    expect(found[3]).toMatchObject({
      language: 'python',
      tests: { cases: [{ assert: 'assert f() == 1' }] },
      reference: ' return 1',
    });
    expect(found[4]).toMatchObject({ answerFormat: 'final' });
    expect(found[4].reference).toBeUndefined();
  });

  it.each([
    [{ text: 'whole' }, /has no prompt of its own/],
    [{ prompt: 3 }, /column 'prompt' to be text or a list of/],
    [{ propmt: 'x' }, /Did you mean "propmt"/],
    [{ prompt: 'x', language: 'rust' }, /'language' to be .*got 'rust'/],
    [{ prompt: 'x', language: 'cpp', tests: { cases: [{ cod: '1' }] } }, /the column 'tests': cases\[0\]/],
    [{ prompt: 'x', answer: '1', answer_format: 'boxed' }, /gsm8k or final, got 'boxed'/],
  ])('refuse %o', async (row, message) => {
    await expect(problems(row)).rejects.toThrow(message);
  }); // prettier-ignore
});

describe('rows of problems between standard input and output', () => {
  const open = async (...rows: unknown[]): Promise<Problem[]> => {
    const path = await folderWith({ 'x.jsonl': jsonLines(...rows) });
    const task = await openTask('stdio', { path, language: 'cpp' });
    return task.problems({ split: 'all', seed: 0 });
  };

  it('may be laid out as CodeContests has them', async () => {
    const [problem] = await open({
      name: '1_A. Sum',
      description: 'Add.',
      public_tests: { input: ['1 2\n'], output: ['3\n'] },
      private_tests: { input: ['4 5\n'], output: ['9\n'] },
      generated_tests: { input: [], output: [] },
      solutions: { language: [3, 2], solution: ['print(3)', 'int main() {}'] },
    });
    expect(problem.tests?.cases).toEqual([
      { stdin: '1 2\n', expected: '3\n' },
      { stdin: '4 5\n', expected: '9\n' },
    ]);
    expect(problem.reference).toBe('int main() {}');
    expect(problem.prompt).toMatch(/^Add\.\n\nWrite a program in C\+\+17/);
  });

  it('are refused when inputs and outputs do not pair, and when they call a function in C++', async () => {
    const uneven = { question: 'q', input_output: '{"inputs": ["1"], "outputs": []}' };
    await expect(open(uneven)).rejects.toThrow(/got 1 inputs and 0 outputs/);
    const call = { question: 'q', input_output: { fn_name: 'f', inputs: [[1]], outputs: [1] } };
    await expect(open(call)).rejects.toThrow(/call the function f, which works in Python only/);
  });
});
