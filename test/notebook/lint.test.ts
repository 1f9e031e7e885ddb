import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  lintNotebook,
  namedNotebooks,
  readNotebook,
  root,
  stripNotebook,
} from './notebook-scripts.js';
import type { Notebook } from './notebook-scripts.js';

const png = Buffer.from('not really a picture').toString('base64');

function good(): Notebook {
  const assertions = Array.from({ length: 5 }, (_, at) => `assert.equal(${at}, ${at});`).join('\n');
  return {
    cells: [
      {
        cell_type: 'markdown',
        id: 'opening',
        metadata: {},
        source:
          '# 1. A chapter\n\n**Purpose.** To learn.\n\n**Needs** nothing.\n\n**Expected run time**: 20 seconds.\n\nTo go to real size, set steps to 100.',
      },
      {
        cell_type: 'code',
        id: 'work',
        metadata: {},
        execution_count: 1,
        source: `await show(figure);\n${assertions}`,
        outputs: [
          {
            output_type: 'display_data',
            metadata: {},
            data: { 'image/png': png, 'text/plain': 'a figure' },
          },
        ],
      },
    ],
    metadata: { kernelspec: { name: 'rlsf' } },
    nbformat: 4,
    nbformat_minor: 5,
  };
}

describe('notebooks:lint', () => {
  it('finds nothing in a good chapter', () => {
    expect(lintNotebook(good())).toEqual([]);
  });

  const spoiled: [string, (notebook: Notebook) => void, RegExp][] = [
    ['an old format', (n) => (n.nbformat_minor = 4), /nbformat 4\.5, got 4\.4/],
    ['two cells with one id', (n) => (n.cells[1].id = 'opening'), /an id of its own/],
    [
      'another kernel',
      (n) => (n.metadata = { kernelspec: { name: 'tslab' } }),
      /kernel rlsf, got tslab/,
    ],
    [
      'metadata of an editor',
      (n) => (n.cells[1].metadata = { scrolled: true }),
      /metadata to strip: work/,
    ],
    ['no run time', (n) => (n.cells[0].source = '# A\n\nPurpose, needs.'), /expected run time/],
    [
      'a run time without a unit',
      (n) => (n.cells[0].source = '# A\n\nPurpose, needs, run time 20'),
      /with a unit/,
    ],
    [
      'four assertions',
      (n) => (n.cells[1].source = String(n.cells[1].source).replace('assert.equal(0, 0);', '')),
      /at least 5 assertions, got 4/,
    ],
    [
      'an assertion that is a comment',
      (n) =>
        (n.cells[1].source = String(n.cells[1].source).replace(
          'assert.equal(0',
          '// assert.equal(0',
        )),
      /got 4/,
    ],
    [
      'no cell for real size',
      (n) => (n.cells[0].source = String(n.cells[0].source).replace('real size', 'more')),
      /real size/,
    ],
    ['no run', (n) => (n.cells[1].execution_count = null), /not run/],
    ['a run out of order', (n) => (n.cells[1].execution_count = 7), /in order: 7/],
    [
      'a heavy output',
      (n) =>
        (n.cells[1].outputs = [
          { output_type: 'stream', name: 'stdout', text: 'x'.repeat(120_000) },
        ]),
      /an output of 121 kB/,
    ],
    ['a figure without its output', (n) => (n.cells[1].outputs = []), /no output was kept/],
    [
      'an error',
      (n) => (n.cells[1].outputs = [{ output_type: 'error', ename: 'AssertionError' }]),
      /it failed: AssertionError/,
    ],
    [
      'a script',
      (n) => (n.cells[1].outputs = [{ data: { 'text/html': '<script>1</script>' } }]),
      /a script/,
    ],
    [
      'Plotly JSON',
      (n) => (n.cells[1].outputs = [{ data: { 'application/vnd.plotly.v1+json': {} } }]),
      /plotly\.v1\+json, strip it/,
    ],
    [
      'a path of a machine',
      (n) => (n.cells[1].outputs = [{ output_type: 'stream', text: `read ${root}/runs` }]),
      /a path of one machine/,
    ],
  ];
  it.each(spoiled)('finds %s', (_, spoil, message) => {
    const notebook = good();
    spoil(notebook);
    expect(lintNotebook(notebook).join('\n')).toMatch(message);
  });
});

describe('notebooks:strip', () => {
  it('keeps the picture and the text of a figure, and drops Plotly', () => {
    const notebook = good();
    notebook.cells[1].execution_count = 12;
    notebook.cells[1].metadata = { scrolled: true, tags: ['long'] };
    notebook.metadata = { kernelspec: { name: 'rlsf' }, vscode: {} };
    notebook.cells[1].outputs = [
      {
        output_type: 'display_data',
        data: { 'text/html': '<script data-rlsf-plotly="">…</script>', 'text/plain': '' },
      },
      {
        output_type: 'display_data',
        metadata: { 'image/png': { width: 300, height: 200 }, other: 1 },
        data: {
          'application/vnd.plotly.v1+json': {},
          'text/html': '<script>1</script>',
          'image/png': png,
          'text/plain': 'a figure',
        },
      },
      {
        output_type: 'display_data',
        data: { 'text/html': '<table></table>', 'text/plain': 'a table' },
      },
      { output_type: 'stream', name: 'stdout', text: `wrote ${root}/runs/x\nof ${root}` },
    ];
    const stripped = stripNotebook(notebook);
    expect(stripped.cells[1]).toMatchObject({ execution_count: 1, metadata: { tags: ['long'] } });
    expect(stripped.cells[1].outputs).toEqual([
      {
        output_type: 'display_data',
        metadata: { 'image/png': { width: 300, height: 200 } },
        data: { 'image/png': png, 'text/plain': ['a figure'] },
      },
      {
        output_type: 'display_data',
        metadata: {},
        data: { 'text/html': ['<table></table>'], 'text/plain': ['a table'] },
      },
      { output_type: 'stream', name: 'stdout', text: ['wrote runs/x\n', 'of .'] },
    ]);
    expect(lintNotebook(stripped)).toEqual([]);
    expect(stripNotebook(stripped)).toEqual(stripped);
  });
});

describe('the chapters', () => {
  it.each(namedNotebooks([]))('%s is as a chapter should be', (name) => {
    const notebook = readNotebook(path.join(root, 'notebooks', name));
    expect(lintNotebook(notebook)).toEqual([]);
    // Written as Jupyter writes it: opening and saving changes nothing.
    expect(stripNotebook(notebook).cells).toEqual(notebook.cells);
  });
});
