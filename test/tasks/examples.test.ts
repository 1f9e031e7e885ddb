import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { getTask, openTask, readExample, readExamples } from '../../src/tasks/index.js';
import { exampleFiles, metadataFile } from '../../src/tasks/examples/index.js';
import { folderWith } from './folder.js';

const shipped = path.resolve(import.meta.dirname, '../../data/examples');

/** A copy of an example, with a text of one of its files changed. */
async function changed(
  name: string,
  file: string,
  from: string | RegExp,
  to: string,
): Promise<string> {
  const folder = path.join(await folderWith({}), name);
  await cp(path.join(shipped, name), folder, { recursive: true });
  const before = await readFile(path.join(folder, file), 'utf8');
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  await writeFile(path.join(folder, file), after);
  return folder;
}

describe('the hand-made examples', () => {
  it('are of many kinds, each told in a sentence and written once', async () => {
    const examples = await readExamples(shipped);
    const kinds = new Set(examples.map(({ kind }) => kind));
    expect(kinds.size).toBeGreaterThanOrEqual(50);
    expect(kinds.size).toBe(examples.length);
    expect(new Set(examples.map(({ chosenText }) => chosenText)).size).toBe(examples.length);
    for (const { name, explanation, chosen, rejected, problem, starter } of examples) {
      expect(explanation, name).toMatch(/^[A-Z\w&%].*\.$/);
      expect(chosen, name).toMatchObject({ outcome: 'clean', finding: null, line: null });
      expect(rejected.outcome, name).not.toBe('clean');
      expect(rejected.line, name).toBeGreaterThan(starter.split('\n').length - 1);
      expect(problem.tests?.cases.length, name).toBeGreaterThan(0);
      expect(String(problem.prompt).endsWith(starter), name).toBe(true);
    }
    const outcomes = new Set(examples.map(({ rejected }) => rejected.outcome));
    expect([...outcomes].sort()).toEqual([
      'compile_error',
      'memory_limit',
      'output_limit',
      'runtime_error',
      'timeout',
      'warning',
      'wrong_answer',
    ]);
  });

  it('are a task too, with the chosen side as reference', async () => {
    const task = await openTask(shipped);
    const problems = task.problems({ split: 'all', seed: 0 });
    const examples = await readExamples(shipped);
    expect(problems.map(({ id }) => id).sort()).toEqual(
      examples.map(({ problem }) => problem.id).sort(),
    );
    const found = problems.find(({ id }) => id === 'examples/heap-overflow');
    expect(found?.reference).toBe(
      examples.find(({ name }) => name === 'heap-overflow')?.chosenText,
    );
  });
});

describe('readExample', () => {
  it.each([
    ['kind: heap overflow', 'knid: heap', /example\.yaml: knid: .* Did you mean 'kind'\?/],
    [
      'outcome: runtime_error',
      'outcome: runtime-error',
      /rejected\.outcome: expected one of clean, .*\(did you mean 'runtime_error'\?\), got 'runtime-error'/,
    ],
    [/^explanation.*\n/m, '', /example\.yaml: explanation: expected a text, but it is missing/],
    ['line: 3', 'line: three', /rejected\.line: expected a whole number, or none, got 'three'/],
    ['line: 3', 'line: 300', /rejected\.line: expected a line of the file, which has \d+, got 300/],
    ['  line: 3\n', '', /rejected\.line: expected the line of the fault.*runtime_error/],
    [/^tests:[^]*/m, 'tests: all', /tests: expected a list of cases, or compile-only, got 'all'/],
    ['code:', 'cod:', /cases\[0\]: expected a case/],
    [/^chosen:\n.*\n/m, '', /example\.yaml: chosen: expected an outcome/],
    [/^kind/m, '  kind', /example\.yaml: expected YAML, but it does not parse/],
  ])('says file, field and what was expected where %s is %s', async (from, to, message) => {
    const folder = await changed('heap-overflow', metadataFile, from, to);
    await expect(readExample(folder)).rejects.toThrow(message);
    await expect(readExample(folder)).rejects.toThrow(path.join(folder, metadataFile));
  });

  it('wants both sides to go on from the starter, and to differ', async () => {
    const other = await changed('heap-overflow', 'rejected.cpp', 'long sum_squares', 'int squares');
    await expect(readExample(other)).rejects.toThrow(
      /rejected\.cpp: expected it to begin with all of starter\.cpp, but line 1 is 'int squares\(int n\) {'/,
    );
    const same = await changed('heap-overflow', 'rejected.cpp', 'i <= n', 'i < n');
    await expect(readExample(same)).rejects.toThrow(/expected another text than chosen\.cpp/);
  });

  it('keeps an expected text as it is written, whatever YAML would make of it', async () => {
    const folder = await changed(
      'heap-overflow',
      metadataFile,
      'expected: "14"',
      'expected: 14.50',
    );
    const { problem } = await readExample(folder);
    expect(problem.tests?.cases[0]).toMatchObject({ expected: '14.50' });
  });

  it('reads back what exampleFiles writes of a problem, to the same prompt and tests', async () => {
    const [problem] = getTask('cpp').problems({ split: 'train', n: 1, seed: 4 });
    const clean = { finding: null, line: null, isReported: false, also: [] };
    const from = {
      task: 'cpp',
      problem: problem.id,
      corruption: { operator: 'syntax/semicolon', kind: 'syntax', start: 3, end: 3 },
    };
    const rejected = {
      outcome: 'runtime_error' as const,
      finding: 'missing-return',
      line: 12,
      isReported: false,
      also: [{ finding: '-Wreturn-type', line: 12 }],
    };
    const files = exampleFiles(
      problem,
      { chosen: problem.reference ?? '', rejected: '}\n' },
      {
        kind: 'syntax/semicolon',
        explanation: 'The reference with «;» taken away.',
        from,
        chosen: { outcome: 'clean', ...clean },
        rejected,
      },
    );
    const read = await readExample(await folderWith(files));
    expect(read).toMatchObject({ from, rejected, chosenText: problem.reference });
    const { id, prompt, tests } = read.problem;
    expect({ id, prompt, tests }).toEqual({
      id: problem.id,
      prompt: problem.prompt,
      tests: problem.tests,
    });
  });
});
