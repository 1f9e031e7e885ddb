import { describe, expect, it } from 'vitest';
import { getTask, listTasks } from '../../src/tasks/index.js';

describe('getTask', () => {
  it('finds the tasks that make their own problems; the others are to be opened', () => {
    for (const { name, source } of listTasks())
      if (source === null) expect(getTask(name).name).toBe(name);
      else expect(() => getTask(name)).toThrow(`await openTask('${name}'`);
  });

  it('names the nearest task, and the nearest split, when it does not know one', () => {
    expect(() => getTask('cppp')).toThrow(/got "cppp"\. Did you mean "cpp"\?/);
    expect(() => getTask('cpp').problems({ split: 'heldout', seed: 1 })).toThrow(
      /train, held_out, held_out_families, got "heldout"\. Did you mean "held_out"\?/,
    );
  });

  it('says how many problems there are when asked for more', () => {
    expect(() =>
      getTask('cpp').problems({ split: 'held_out_families', n: 100_000, seed: 1 }),
    ).toThrow(/expected n of at most \d+ for split "held_out_families", got 100000/);
  });
});
