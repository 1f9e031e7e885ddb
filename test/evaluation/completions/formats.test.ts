import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readCompletions } from '../../../src/evaluation/index.js';
import { matchCompletions } from '../../../src/evaluation/completions/match.js';
import { cutPrompt } from '../../../src/evaluation/completions/prompt-cut.js';
import type { Problem } from '../../../src/records.js';

const folder = mkdtempSync(path.join(tmpdir(), 'rlsf-completions-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: unknown): string {
  const place = path.join(folder, name);
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  writeFileSync(place, name.endsWith('.gz') ? gzipSync(text) : text);
  return place;
}

function lines(...rows: unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

function problem(id: string, prompt: string): Problem {
  const tests = { includes: '', prefix: prompt, suffix: '', cases: [{ assert: 'assert True' }] };
  return { id, task: 'humaneval', split: 'all', language: 'python', prompt, tests, columns: {} };
}

const problems = [
  problem('HumanEval/0', '\n\ndef first(a):\n    """One."""\n'),
  problem('HumanEval/2', 'def second(a):\n    """Two."""\n'),
  problem('HumanEval/10', 'def second(a):\n    """Two."""\n    # more\n'),
];

describe('readCompletions', () => {
  it('knows HumanEval’s samples, whatever the file is called, and keeps several of one problem', async () => {
    const set = await readCompletions(
      file('a.txt', lines({ task_id: 'HumanEval/0', completion: 'x' }, { task_id: 'HumanEval/0', completion: 'y' })),
    ); // prettier-ignore
    expect(set.format).toBe('samples');
    expect(set.completions.map(({ problem: id, text, place }) => [id, text, place])).toEqual([
      ['HumanEval/0', 'x', 'a.txt:1'],
      ['HumanEval/0', 'y', 'a.txt:2'],
    ]);
  });

  it('knows EvalPlus’s solutions, gzipped, and generations with their prompts', async () => {
    const solutions = await readCompletions(
      file('b.jsonl.gz', lines({ task_id: 'Mbpp/11', solution: 'def f(): pass' })),
    );
    expect([solutions.format, solutions.completions[0].kind]).toEqual(['solutions', 'program']);
    const generations = await readCompletions(
      file('c.jsonl', lines({ task_id: 3, prompt: 'p', generation: 'pq' })),
    );
    expect(generations.format).toBe('generations');
    expect(generations.completions[0]).toMatchObject({ problem: '3', kind: 'with-prompt' });
  });

  it('knows bigcode’s list of lists', async () => {
    const set = await readCompletions(file('generations.json', [['a', 'b'], ['c']]));
    expect(set.format).toBe('bigcode');
    expect(set.completions.map(({ place }) => place)).toEqual([
      'generations.json[0][0]',
      'generations.json[0][1]',
      'generations.json[1][0]',
    ]);
  });

  it('reads MultiPL-E’s folder with its problems, results left aside', async () => {
    const inner = path.join(folder, 'multipl-e');
    mkdirSync(inner);
    const of = (name: string): object => ({
      ...{ name, language: 'cpp', prompt: '#include <a>\nint f() {\n', tests: '}\nint main() {}' },
      completions: ['return 1;', 'return 2;'],
    });
    file('multipl-e/HumanEval_10_b.json', of('HumanEval_10_b'));
    file('multipl-e/HumanEval_2_a.json.gz', of('HumanEval_2_a'));
    file('multipl-e/HumanEval_2_a.results.json.gz', { results: [] });
    const set = await readCompletions(inner);
    expect(set.format).toBe('multipl-e');
    expect(set.problems?.map(({ id }) => id)).toEqual(['HumanEval_2_a', 'HumanEval_10_b']);
    expect(set.problems?.[0].tests).toMatchObject({
      ...{ includes: '#include <a>\n', prefix: 'int f() {\n', suffix: '\n}\nint main() {}' },
    });
    expect(set.completions).toHaveLength(4);
  });

  it('says of a wrong row where it is and what it lacks, or leaves it out and tells', async () => {
    const good = { task_id: 'HumanEval/0', completion: 'x' };
    const bad = file(
      'bad.jsonl',
      `${lines(good, { task_id: 'HumanEval/2', completions2: 1 })}{"x\n`,
    );
    await expect(readCompletions(bad)).rejects.toThrow(
      /bad\.jsonl:2: expected the column 'completion', 'solution' or 'generation', the row has 'task_id', 'completions2'/,
    );
    const { completions, skipped } = await readCompletions(bad, { malformed: 'skip' });
    expect(completions).toHaveLength(1);
    expect(skipped.map(({ place }) => place)).toEqual(['bad.jsonl:2', 'bad.jsonl:3']);
    await expect(readCompletions(file('n.jsonl', lines({ completion: 'x' })))).rejects.toThrow(
      /n\.jsonl:1: expected the column 'task_id'/,
    );
    await expect(readCompletions(file('e.jsonl', ''))).rejects.toThrow(/the file is empty/);
    await expect(readCompletions(path.join(folder, 'none'))).rejects.toThrow(/there is none/);
    await expect(readCompletions(file('g.json', [['a', 1]]))).rejects.toThrow(/g\.json\[0\]\[1\]/);
    await expect(
      readCompletions(
        file('l.json', { language: 'lua', prompt: 'p', tests: 't', completions: ['c'] }),
      ),
    ).rejects.toThrow(/'language' to be cpp or java, got 'lua'/);
  });
});

describe('matchCompletions', () => {
  const set = (name: string, content: unknown): ReturnType<typeof readCompletions> =>
    readCompletions(file(name, content));

  it('finds a problem by its id, its number, or the number behind its set’s name', async () => {
    const found = await set(
      'm.jsonl',
      lines(...['humaneval/0', 2, 'HumanEval/10'].map((id) => ({ task_id: id, completion: 'x' }))),
    );
    const { matched } = matchCompletions(found, problems);
    expect(matched.map(({ problem: { id } }) => id)).toEqual(problems.map(({ id }) => id));
  });

  it('refuses a name that no problem has, with its place', async () => {
    const found = await set('u.jsonl', lines({ task_id: 'Mbpp/2', completion: 'x' }));
    expect(() => matchCompletions(found, problems)).toThrow(
      /u\.jsonl:1: there is no problem 'Mbpp\/2'/,
    );
    const { matched, skipped } = matchCompletions(found, problems, { malformed: 'skip' });
    expect([matched.length, skipped.length]).toEqual([0, 1]);
  });

  it('matches generations to the problem whose prompt they begin with, the longest that fits', async () => {
    const prompts = problems.map(({ prompt }) => prompt as string);
    const found = await set('g1.json', [[`${prompts[2]}x`], [`${prompts[0].trim()}\ny`]]);
    const { matched, notes } = matchCompletions(found, problems);
    expect(matched.map(({ problem: { id } }) => id)).toEqual(['HumanEval/10', 'HumanEval/0']);
    expect(notes[0]).toMatch(/matched by their prompts/);
    const inPlace = await set(
      'g2.json',
      prompts.map((prompt) => [`${prompt}    return a`]),
    );
    expect(matchCompletions(inPlace, problems).notes).toEqual([]);
  });

  it('refuses generations that cannot be laid beside the problems', async () => {
    await expect(
      set('g3.json', [['x']]).then((found) => matchCompletions(found, problems)),
    ).rejects.toThrow(/1 lists cannot be laid beside 3 problems/);
    const one = `${problems[1].prompt as string}x`;
    await expect(
      set('g4.json', [[one], [one]]).then((found) => matchCompletions(found, problems)),
    ).rejects.toThrow(/one list of generations a problem/);
    await expect(
      set('g5.json', [[one], ['x']]).then((found) => matchCompletions(found, problems)),
    ).rejects.toThrow(/g5\.json\[1\]\[0\]: expected a generation that begins with the prompt/);
  });
});

describe('cutPrompt', () => {
  it('cuts the prompt, also where blanks around it are missing', () => {
    const [first] = problems;
    const body = '    return a\n';
    const whole = `${first.prompt as string}${body}`;
    expect(cutPrompt(first, { text: whole, prompt: null })?.completion).toBe(body);
    expect(cutPrompt(first, { text: whole.trimStart(), prompt: null })?.completion).toBe(body);
    expect(cutPrompt(first, { text: 'def first(a):\n    return a', prompt: null })).toBeNull();
  });
});
