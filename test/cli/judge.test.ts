import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from './call.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-judge-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, text: string | Uint8Array): Promise<string> {
  await writeFile(path.join(folder, name), text);
  return path.join(folder, name);
}

/** Exit code and what it says on standard error, where nothing comes on standard output. */
async function refusal(...argv: string[]): Promise<[number | null, string]> {
  const { code, out, err } = await call('judge', ...argv);
  expect(out).toBe('');
  expect(err).not.toMatch(/✖|→|^\s+at /m);
  return [code, err.trim().replaceAll(`${folder}/`, '')];
}

describe('rlsf judge refuses', () => {
  it('a program as a worked answer, unless it is told that it is text', async () => {
    const [code, said] = await refusal(await file('a.cpp', 'int f();\n'), '--answer', '4');
    expect(code).toBe(2);
    expect(said).toBe(
      'rlsf judge: --answer is for worked answers (.txt .md), but a.cpp is a program in cpp. Leave it out, or say --language text.',
    );
    const other = await file('worked.cpp', '2 + 2 = 4\n#### 4\n');
    const { code: judged, out } = await call('judge', other, '--answer', '4', '--language', 'text');
    expect(judged).toBe(0);
    expect(out).toContain('✓ clean');
  });

  it('options of C++ for another language', async () => {
    const python = await file('a.py', 'print(1)\n');
    for (const option of [['--std', 'c++20'], ['--compiler', 'g++'], ['--flags=-O1']]) {
      const [code, said] = await refusal(python, ...option);
      expect(code).toBe(2);
      expect(said).toMatch(/--(std|compiler|flags) is for C\+\+, but a\.py is judged as python\./);
    }
    const java = await file('A.java', 'class A {}\n');
    expect(await refusal(java, '--std', 'c++20')).toEqual([2, expect.stringContaining('java')]);
  });

  it('an unknown language, and suggests one only where a slip is likely', async () => {
    const cpp = await file('b.cpp', 'int f();\n');
    const [code, far] = await refusal(cpp, '--language', 'rust');
    expect(code).toBe(2);
    expect(far).toContain("expects cpp, python, java, text, got 'rust'.");
    expect(far).not.toContain('Did you mean');
    const [, near] = await refusal(cpp, '--language', 'pyton');
    expect(near).toContain("Did you mean 'python'?");
  });

  it('an answer format that is unknown, or without an answer', async () => {
    const text = await file('w.txt', 'Final: 4\n');
    expect(await refusal(text, '--answer', '4', '--answer-format', 'finale')).toEqual([
      2,
      "rlsf judge: --answer-format expects gsm8k or final, got 'finale'. Did you mean 'final'?",
    ]);
    const [code, said] = await refusal(text, '--answer-format', 'final');
    expect(code).toBe(2);
    expect(said).toContain('it needs --answer <number>');
  });

  it('a folder, by that name', async () =>
    expect(await refusal(folder)).toEqual([
      1,
      `rlsf: ${folder}: expected the file to judge, this is a folder. Check the path.`,
    ]));

  it('a file that is not UTF-8, and names the first byte that is not', async () => {
    const latin = Buffer.concat([
      Buffer.from('// ein „ü“, ein \ufffd:\n// '),
      Buffer.from('gr\u00fcn\n', 'latin1'),
    ]);
    const offset = latin.indexOf(Buffer.from('gr')) + 2;
    const [code, said] = await refusal(await file('latin.cpp', latin));
    expect(code).toBe(1);
    expect(said).toContain(
      `latin.cpp: expected the file to judge in UTF-8, but byte ${offset} (0xfc, line 2) begins no character`,
    );
    const cut = Buffer.from('int x; // ü').subarray(0, -1);
    const [, end] = await refusal(await file('cut.cpp', cut));
    expect(end).toContain(`byte ${cut.length - 1} (0xc3, line 1)`);
  });

  it.each([
    ['{"cases": [{"stdn": "1", "expected": "2"}]}', "cases[0]: expected a case {stdin, expected, args}, got the key 'stdn'. Did you mean 'stdin'?"],
    ['{"cases": [{"stdin": "1", "output": "2"}]}', "cases[0]: expected a case {stdin, expected, args}, got the key 'output'. Did you mean 'expected'?"],
    ['{"cases": [{"assert": "f()"}, {"code": "f()"}]}', "cases[1]: expected a case {code, expected}, but 'expected' is missing."],
    ['{"cases": [{"stdin": 1, "expected": "2"}]}', 'cases[0].stdin: expected string, got number.'],
    ['{"cases": [{"input": "1", "output": "2"}]}', "cases[0]: expected a case {stdin, expected, args}, {assert} or {code, expected}, got the keys 'input', 'output'."],
    ['{"casse": []}', "expected {includes, prefix, suffix, files, compileOnly, cases}, got the key 'casse'. Did you mean 'cases'?"],
    ['[]', 'expected {includes, prefix, suffix, files, compileOnly, cases}, got array.'],
  ])('the tests %s, and says what is wrong with which key', async (text, said) => {
    const program = await file('c.cpp', 'int f() { return 1; }\n');
    const tests = await file('t.json', text);
    expect(await refusal(program, '--tests', tests)).toEqual([1, `rlsf: t.json: ${said}`]);
  }); // prettier-ignore
});

describe('rlsf judge', () => {
  it('takes the answer at the end with --answer-format final', async () => {
    const text = await file('final.txt', '2 + 2 = 4\nFinal: 4\n');
    const final = await call('judge', text, '--answer', '4', '--answer-format', 'final', '--json');
    expect(JSON.parse(final.out)).toMatchObject({ verdict: { outcome: 'clean', prediction: '4' } });
    const gsm8k = await call('judge', text, '--answer', '4', '--json');
    expect(JSON.parse(gsm8k.out)).toMatchObject({ verdict: { outcome: 'no_answer' } });
  });

  it('exits 1 with --check unless the outcome is clean or warning, else 0', async () => {
    const right = await file('right.txt', '#### 4\n');
    const loose = await file('loose.txt', '2 + 3 = 4\n#### 4\n');
    const wrong = await file('wrong.txt', '#### 5\n');
    expect((await call('judge', right, '--answer', '4', '--check')).code).toBe(0);
    const warned = await call('judge', loose, '--answer', '4', '--check');
    expect(warned.out).toContain('! warning');
    expect(warned.code).toBe(0);
    expect((await call('judge', wrong, '--answer', '4', '--check')).code).toBe(1);
    expect((await call('judge', wrong, '--answer', '4')).code).toBe(0);
  });

  it('names in its help every file ending it knows, and what its exit code says', async () => {
    const { out } = await call('judge', '--help');
    for (const ending of ['.cpp', '.hpp', '.h', '.py', '.java', '.txt', '.md'])
      expect(out.replace(/\s+/g, ' ')).toMatch(new RegExp(`[( ]\\${ending}[ )]`));
    expect(out.replace(/\s+/g, ' ')).toContain('exit 1 unless the outcome is clean or warning');
  });
});
