import { describe, expect, it } from 'vitest';
import type { ValueCase } from '../../../src/records.js';
import { getTask } from '../../../src/tasks/index.js';
import { families } from '../../../src/tasks/cpp/families/index.js';
import { splits } from '../../../src/tasks/cpp/split.js';

const task = getTask('cpp');
const all = splits.flatMap((split) => task.problems({ split, seed: 1 }));

describe('the problems of the C++ task', () => {
  it('come from at least 40 families, and are thousands of distinct prompts', () => {
    expect(families.length).toBeGreaterThanOrEqual(40);
    expect(new Set(families.map(({ name }) => name)).size).toBe(families.length);
    expect(all.length).toBeGreaterThan(4000);
    expect(new Set(all.map(({ prompt }) => prompt)).size).toBe(all.length);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  });

  it('hold the opened function in the prompt and nothing else of the solution', () => {
    for (const { id, prompt, reference, tests } of all) {
      expect(prompt, id).toMatch(/^([\s\S]*\n)?\/\/ [^\n]+\n[^\n]+ \{\n$/);
      expect(reference, id).toMatch(/^ {4}\S[\s\S]*\n\}\n$/);
      expect(tests?.prefix).toBe(prompt);
      expect(tests?.suffix).toBe('');
      expect(tests?.cases.length, id).toBeGreaterThanOrEqual(4);
      for (const test of tests?.cases ?? []) {
        const { code, expected } = test as ValueCase;
        expect(code, id).toContain('rlsf_emit(');
        expect(expected, id).not.toMatch(/NaN|undefined|null|Infinity/);
      }
    }
  });

  it('are short enough for a small policy', () => {
    const long = all.filter(
      ({ prompt, reference }) => prompt.length + (reference?.length ?? 0) > 800,
    );
    expect(long.map(({ id }) => id)).toEqual([]);
    for (const { prompt, id } of all) {
      const statement = /\/\/ ([^\n]+)\n[^\n]+\n$/.exec(String(prompt))?.[1] ?? '';
      expect(statement.length, `${id}: ${statement}`).toBeLessThanOrEqual(125);
    }
  });

  it('are the same for the same seed, and others for another', () => {
    const first = task.problems({ split: 'held_out', n: 50, seed: 3 });
    expect(task.problems({ split: 'held_out', n: 50, seed: 3 })).toEqual(first);
    expect(task.problems({ split: 'held_out', n: 50, seed: 4 })).not.toEqual(first);
  });

  it('are the same problem under the same id, whatever the seed', () => {
    const byId = new Map(all.map((problem) => [problem.id, problem]));
    const both = task
      .problems({ split: 'train', n: 500, seed: 9 })
      .filter(({ id }) => byId.has(id));
    expect(both.length).toBeGreaterThan(300);
    for (const problem of both) expect(problem).toEqual(byId.get(problem.id));
  });

  it('take every setting once before any comes again', () => {
    const problems = task.problems({ split: 'held_out', n: 200, seed: 5 });
    const settings = problems.map(
      ({ columns }) => `${columns['family'] as string} ${JSON.stringify(columns['setting'])}`,
    );
    expect(new Set(settings).size).toBe(200);
  });
});
