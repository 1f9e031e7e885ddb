import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/algorithms/random.js';
import { checkAnswer } from '../../../src/diagnostics/index.js';
import type { Problem } from '../../../src/records.js';
import { draftOf } from '../../../src/tasks/maths/problems.js';
import { solutionForm } from '../../../src/tasks/maths/solution.js';
import { drawNumbers, settingsOf, splits } from '../../../src/tasks/maths/split.js';
import { createStyle } from '../../../src/tasks/maths/style.js';
import { mathsTask } from '../../../src/tasks/maths/task.js';
import { templates } from '../../../src/tasks/maths/templates/index.js';

const bySplit = new Map(splits.map((split) => [split, mathsTask.problems({ split, seed: 1 })]));
const all = [...bySplit.values()].flat();
/** Every template, setting and variant comes by. */
const some = all.filter((_, i) => i % 4 === 0);
const levelOf = ({ columns }: Problem): number => Number(columns['level']);
const formsOf = (split: (typeof splits)[number]): Set<string> =>
  new Set(bySplit.get(split)!.map(({ reference }) => solutionForm(reference ?? '')));

describe('the problems of the maths task', () => {
  it('come from at least 60 templates of one to five steps, in several wordings each', () => {
    expect(new Set(templates.map(({ name }) => name)).size).toBe(templates.length);
    expect(templates.length).toBeGreaterThanOrEqual(60);
    for (const { template, numbers } of settingsOf('train').slice(0, 500)) {
      const { tells, asks } = template.story(numbers, createStyle(createRandom(1)));
      expect(new Set(tells).size * new Set(asks).size, template.name).toBeGreaterThanOrEqual(4);
    }
    const levels = new Map<number, Set<unknown>>();
    for (const problem of all) {
      const level = levelOf(problem);
      levels.set(level, (levels.get(level) ?? new Set()).add(problem.columns['family']));
    }
    expect([...levels.keys()].sort()).toEqual([1, 2, 3, 4, 5]);
    for (const [level, families] of levels)
      expect(families.size, `level ${level}`).toBeGreaterThan(3);
  });

  it('are thousands of distinct prompts under distinct ids', () => {
    expect(all.length).toBeGreaterThan(10_000);
    expect(new Set(all.map(({ prompt }) => prompt)).size).toBe(all.length);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  });

  it('have references that the judge calls clean, with one true step for each level', () => {
    const marked = some.filter((problem) => {
      const { outcome, steps } = checkAnswer(problem.reference ?? '', problem.answer ?? '');
      const isTrue = steps.every(({ verdict }) => verdict === 'true');
      return outcome !== 'clean' || !isTrue || steps.length !== levelOf(problem);
    });
    expect(marked.map(({ id, reference }) => `${id}\n${reference}`)).toEqual([]);
  });

  it('have every false step found, and found where it stands', () => {
    for (const { reference = '', answer = '', id } of some.filter((_, i) => i % 16 === 0)) {
      for (const { index, 0: whole, 1: value } of reference.matchAll(/<<[^=]*=(\d+)>>/g)) {
        const wrong = whole.replace(`=${value}>>`, `=${Number(value) + 1}>>`);
        const text = reference.slice(0, index) + wrong + reference.slice(index + whole.length);
        const [found, ...others] = checkAnswer(text, answer).diagnostics;
        expect(others, id).toEqual([]);
        expect(found, `${id}\n${text}`).toMatchObject({
          kind: 'false-step',
          span: { start: index + 2, end: index + wrong.length - 2, precision: 'span' },
        });
      }
    }
  });

  it('count in whole things, at least two and fewer than a thousand', () => {
    const odd = all.filter(({ reference = '', columns }) => {
      const stated = Object.values(columns['setting'] as Record<string, number>);
      const worked = [...reference.matchAll(/=([^<>]+)>>/g)].map(([, value]) => Number(value));
      return [...stated, ...worked].some((n) => !Number.isInteger(n) || n < 2 || n >= 1000);
    });
    expect(odd.map(({ id }) => id)).toEqual([]);
  });

  it('make sense for any draw of their numbers, and say in the question all that they use', () => {
    const random = createRandom(5);
    for (const template of templates) {
      let made = 0;
      for (let i = 0; i < 2000 && made < 20; i++) {
        const drawn = drawNumbers(template, random);
        if (drawn === null) continue;
        made++;
        const { question } = draftOf(template, drawn.numbers, random.fork(i));
        expect(question, template.name).toMatch(/^[A-Z0-9][^{}<>]*\?$/);
        expect(question, template.name).not.toMatch(/undefined|NaN| {2}|\b1 [a-z]+s\b/);
      }
      expect(made, template.name).toBe(20);
    }
  });

  it('keep the held-out templates and the held-out numbers out of training', () => {
    const familiesOf = (split: (typeof splits)[number]): Set<unknown> =>
      new Set(bySplit.get(split)!.map(({ columns }) => columns['family']));
    const trained = familiesOf('train');
    expect(familiesOf('held_out_templates').size).toBeGreaterThanOrEqual(6);
    for (const family of familiesOf('held_out_templates')) expect(trained.has(family)).toBe(false);
    expect(familiesOf('held_out')).toEqual(trained);
    const forms = formsOf('train');
    for (const split of ['held_out', 'held_out_templates'] as const)
      expect([...formsOf(split)].filter((form) => forms.has(form))).toEqual([]);
  });

  it('are the same for the same seed, and the same under one id whatever the seed', () => {
    const first = mathsTask.problems({ split: 'held_out', n: 50, seed: 3 });
    expect(mathsTask.problems({ split: 'held_out', n: 50, seed: 3 })).toEqual(first);
    expect(mathsTask.problems({ split: 'held_out', n: 50, seed: 4 })).not.toEqual(first);
    const byId = new Map(all.map((problem) => [problem.id, problem]));
    const both = first.filter(({ id }) => byId.has(id));
    expect(both.length).toBeGreaterThan(40);
    for (const problem of both) expect(problem).toEqual(byId.get(problem.id));
  });

  it('take every setting once before any comes again', () => {
    const settings = settingsOf('held_out').length;
    const some = mathsTask.problems({ split: 'held_out', n: settings, seed: 2 });
    const keys = some.map(({ id }) => id.replace(/\/\d+$/, ''));
    expect(new Set(keys).size).toBe(settings);
  });

  it('are refused with the number there are when more are asked for, and by split', () => {
    expect(() => mathsTask.problems({ split: 'held_out', n: 1_000_000, seed: 1 })).toThrow(
      /maths task: expected n of at most \d+ for split "held_out", got 1000000\. Ask for fewer/,
    );
    expect(() => mathsTask.problems({ split: 'held_out_template', seed: 1 })).toThrow(
      /train, held_out, held_out_templates, got "held_out_template"\. Did you mean "held_out_templates"\?/,
    );
  });
});
