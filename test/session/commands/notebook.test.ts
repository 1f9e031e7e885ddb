import { describe, expect, it } from 'vitest';
import { callCode, literal } from '../../../src/session/commands/code.js';
import { differences, treeOf } from '../../../src/session/commands/config-values.js';
import { lineDiff } from '../../../src/session/commands/line-diff.js';
import { notebookOf } from '../../../src/session/commands/notebook.js';

const library = ['closeSession', 'judge', 'openSession', 'reward', 'sample', 'tf'];
const open = "const session = await openSession({ set: ['run.seed=3'] });";

describe('a notebook of what was done', () => {
  const notebook = notebookOf(
    [
      { kind: 'command', text: 'sample 2', code: 'await sample(session, { n: 2 });' },
      { kind: 'command', text: 'help', code: '' },
      { kind: 'typescript', text: 'x', code: 'const x = tf.scalar(1);\nx.reward' },
    ],
    { title: 'Session mine', open, library },
  );

  it('has a cell for each act, commands as TypeScript, and none for what is not repeated', () => {
    expect(notebook.cells.map(({ source }) => source.join(''))).toEqual([
      expect.stringContaining('# Session mine'),
      `import { closeSession, openSession, sample, tf } from 'rlsf';\n\n${open}`,
      '// /sample 2\nawait sample(session, { n: 2 });',
      'const x = tf.scalar(1);\nx.reward',
      'await closeSession(session);',
    ]);
  });

  it('is nbformat 4 for the kernel of this project, without outputs', () => {
    expect(notebook).toMatchObject({ nbformat: 4, metadata: { kernelspec: { name: 'rlsf' } } });
    for (const cell of notebook.cells) {
      if (cell.cell_type === 'code')
        expect(cell).toMatchObject({ execution_count: null, outputs: [] });
      cell.source.slice(0, -1).forEach((row) => expect(row.endsWith('\n')).toBe(true));
    }
  });
});

describe('an act as TypeScript', () => {
  it('leaves out what was not given', () => {
    expect(callCode('sample', { n: undefined })).toBe('await sample(session);');
    expect(callCode('step', { method: 'dpo', n: undefined })).toBe(
      "await step(session, { method: 'dpo' });",
    );
  });

  it.each([`it's`, 'a\nb', '\\', '"', { 'grpo.beta': 0.04, list: ['x'] }, null, [1, true]])(
    'says %j so that it means the same',
    (value) => {
      expect(new Function(`return ${literal(value)};`)()).toEqual(value);
    },
  );
});

describe('two configs', () => {
  it('differ by dotted keys, lists and maps without default names as a whole', () => {
    const first = { a: { b: 1, c: [1], d: { 'x.y': 2 } }, e: 1 };
    const changed = differences(first, { a: { b: 2, c: [1], d: {} }, e: 1 });
    expect(changed).toEqual({ 'a.b': 1, 'a.d': { 'x.y': 2 } });
    expect(treeOf(changed)).toEqual({ a: { b: 1, d: { 'x.y': 2 } } });
  });
});

describe('the lines of two completions', () => {
  it('are the first with its removals undone, and the second with its additions', () => {
    const [first, second] = ['a\nb\nc\nd', 'a\nx\nc\nd\ne'];
    const lines = lineDiff(first, second);
    expect(lines.map(({ kind, text }) => `${kind[0]}${text}`)).toEqual([
      'sa',
      'rb',
      'ax',
      'sc',
      'sd',
      'ae',
    ]);
    const side = (other: string): string =>
      lines
        .filter(({ kind }) => kind !== other)
        .map(({ text }) => text)
        .join('\n');
    expect([side('added'), side('removed')]).toEqual([first, second]);
    expect(lines[3]).toEqual({ kind: 'same', text: 'c', first: 3, second: 3 });
  });
});
