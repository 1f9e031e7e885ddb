/** The real kernel, asked as Jupyter asks it. Needs the build and Debian's jupyter-client. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../cli/call.js';
import { askKernel, hasJupyterClient, type KernelAnswer, type KernelOutput } from './kernel.js';

const errorOf = ({ outputs = [] }: KernelAnswer): KernelOutput | undefined =>
  outputs.find(({ type }) => type === 'error');

describe.skipIf(!hasJupyterClient)('the kernel (needs jupyter-client)', () => {
  let answers: KernelAnswer[];
  const ask = [
    {
      execute:
        "import { inputError, openSession, show, live } from 'rlsf';\nconst three: number = 3;\nthree",
    },
    {
      execute:
        "function f(): void {\n  throw inputError('f: expected one, got two. Give one.');\n}\n\nf();",
    },
    { execute: "const task = 'no-such-task';\nawait openSession({ task });" },
    { execute: 'const ok = 1;\nconst text: string = three;' },
    { execute: "console.log('still here', three);" },
    { execute: 'throw new Error("\\u001b[31m" + "x".repeat(100000));' },
    {
      execute:
        'await show({ data: [{ type: "bar", y: [1, 2] }], layout: { title: { text: "two bars" }, width: 400, height: 300 } });',
    },
    { execute: '({ data: [{ y: [1, 2] }], layout: { width: 300, height: 200 } })' },
    {
      execute:
        'const view = live(); for (const y of [[1], [1, 2], [1, 2, 3]]) await view.update({ data: [{ y }], layout: { width: 300, height: 200 } }); await view.end();',
    },
    { complete: '/* 😀 */ openSes', cursor: 16 },
    { complete: 'openSession({ numGen', cursor: 20 },
    { inspect: 'openSession', cursor: 5 },
  ];
  beforeAll(async () => {
    answers = await askKernel(ask);
  }, 300_000);

  it('runs a cell and prints the value of its last expression', () => {
    expect(answers[0].reply?.status).toBe('ok');
    expect(answers[0].outputs).toEqual([{ type: 'stream', name: 'stdout', text: '3\n' }]);
  });

  it('announces each cell with its number', () => {
    expect(answers.slice(0, 3).map(({ announced }) => announced)).toEqual([1, 2, 3]);
  });

  it('tells a thrown error by its message and its line in the cell, without frames of the library', () => {
    const error = errorOf(answers[1]);
    expect(error?.ename).toBe('RlsfError');
    expect(error?.evalue).toBe('f: expected one, got two. Give one.');
    expect(error?.traceback).toEqual([
      '× f: expected one, got two. Give one.',
      "  2 │   throw inputError('f: expected one, got two. Give one.');",
      '    │         ^',
      '    at f (cell 2, line 2)',
      '    at cell 2, line 5',
    ]);
    expect(answers[1].reply).toMatchObject({ status: 'error', ename: 'RlsfError' });
  });

  it('tells an error from inside the library at the line that called it', () => {
    const { evalue, traceback = [] } = errorOf(answers[2]) ?? {};
    expect(evalue).toContain('no-such-task');
    expect(traceback.length).toBeLessThan(12);
    expect(traceback.join('\n')).toContain('2 │ await openSession({ task });');
    expect(traceback.join('\n')).not.toMatch(/node_modules|dist\/|node:internal/);
  });

  it('tells a type error with its place, and runs nothing of its cell', () => {
    const error = errorOf(answers[3]);
    expect(error?.ename).toBe('TypeScript');
    expect(error?.evalue).toBe("Type 'number' is not assignable to type 'string'.");
    expect(error?.traceback?.join('\n')).toContain('2 │ const text: string = three;');
  });

  it('goes on after errors', () => {
    expect(answers[4].outputs).toEqual([
      { type: 'stream', name: 'stdout', text: 'still here 3\n' },
    ]);
  });

  it('shows nothing of an error that steers a terminal, and not all of an endless one', () => {
    const text = errorOf(answers[5])?.traceback?.join('\n') ?? '';
    expect(text).toContain('⟨ESC⟩[31m');
    expect(text).not.toContain('\u001b');
    expect(text.length).toBeLessThan(5000);
  });

  it('sends a figure as one output in four forms, after Plotly itself', () => {
    const outputs = answers[6].outputs ?? [];
    expect(outputs.map(({ type }) => type)).toEqual(['display_data', 'display_data']);
    expect(String(outputs[0].data?.['text/html'])).toContain('data-rlsf-plotly');
    const data = outputs[1].data ?? {};
    expect(Object.keys(data).sort()).toEqual([
      'application/vnd.plotly.v1+json',
      'image/png',
      'text/html',
      'text/plain',
    ]);
    expect(Buffer.from(String(data['image/png']), 'base64').subarray(1, 4).toString()).toBe('PNG');
    expect(data['text/plain']).toContain('two bars');
    expect(data['application/vnd.plotly.v1+json']).toMatchObject({ data: [{ y: [1, 2] }] });
  });

  it('shows a figure that is the value of a cell, without Plotly a second time', () => {
    const outputs = answers[7].outputs ?? [];
    expect(outputs).toHaveLength(1);
    expect(String(outputs[0].data?.['text/html']).length).toBeLessThan(100_000);
    expect(outputs[0].data).toHaveProperty('image/png');
  });

  it('changes one live output in place and leaves a picture at its end', () => {
    const outputs = answers[8].outputs ?? [];
    expect(outputs.map(({ type }) => type)).toEqual([
      'display_data',
      'update_display_data',
      'update_display_data',
      'update_display_data',
    ]);
    expect(new Set(outputs.map(({ transient }) => transient?.display_id)).size).toBe(1);
    expect(outputs.map(({ data = {} }) => 'image/png' in data)).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  it('completes names and options, with the cursor counted as Jupyter counts it', () => {
    expect(answers[9].matches).toContain('openSession');
    expect([answers[9].cursor_start, answers[9].cursor_end]).toEqual([8, 15]);
    expect(answers[10].matches).toContain('numGenerations');
  });

  it('says the type and the documentation of a name', () => {
    expect(answers[11].found).toBe(true);
    expect(answers[11].data?.['text/plain']).toContain('openSession(options');
  });
});

describe.skipIf(!hasJupyterClient)('an installed kernel (needs jupyter-client)', () => {
  const prefix = mkdtempSync(path.join(os.tmpdir(), 'rlsf-kernel-'));
  afterAll(() => rmSync(prefix, { recursive: true, force: true }));

  it('is found below its prefix and imports the library in a folder that has none', async () => {
    const { code, out } = await call('kernel', 'install', '--prefix', prefix, '--json');
    expect(code).toBe(0);
    const { folder } = JSON.parse(out) as { folder: string };
    expect(folder).toBe(path.join(prefix, 'share/jupyter/kernels/rlsf'));
    const { argv } = JSON.parse(readFileSync(path.join(folder, 'kernel.json'), 'utf8')) as {
      argv: string[];
    };
    expect(argv[0]).toBe(process.execPath);
    const [answer] = await askKernel(
      [
        {
          execute: "import { passAtK } from 'rlsf';\nconst half: number = passAtK(2, 1, 1);\nhalf",
        },
      ],
      { folder: prefix, jupyterPath: path.join(prefix, 'share/jupyter') },
    );
    expect(answer.outputs).toEqual([{ type: 'stream', name: 'stdout', text: '0.5\n' }]);
    const removed = await call('kernel', 'remove', '--prefix', prefix, '--json');
    expect(JSON.parse(removed.out)).toEqual({ removed: folder });
    const again = await call('kernel', 'remove', '--prefix', prefix, '--json');
    expect(JSON.parse(again.out)).toEqual({ removed: null });
  }, 300_000);
});
