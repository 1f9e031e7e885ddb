import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from './call.js';
import type { Called } from './call.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const file = async (name: string, text: string): Promise<string> => {
  await writeFile(path.join(folder, name), text);
  return path.join(folder, name);
};

/** Nothing on standard output, no stack, and the message says all of this. */
function expectMessage(called: Called, code: number, ...parts: (string | RegExp)[]): void {
  expect(called.out).toBe('');
  expect(called.err).not.toMatch(/^\s+at /m);
  for (const part of parts) expect(called.err).toMatch(part);
  expect(called.code).toBe(code);
}

describe('help', () => {
  it('comes alone with rlsf and with --help, and exits 0', async () => {
    for (const argv of [[], ['--help']]) {
      const { code, out } = await call(...argv);
      expect(code).toBe(0);
      for (const name of ['tour', 'train', 'sample', 'judge', 'doctor', 'setup'])
        expect(out).toContain(`\n  ${name}`);
    }
  });

  it('of a command shows its options and an example', async () => {
    const { code, out } = await call('tour', '--help');
    expect(code).toBe(0);
    expect(out).toContain('--set <key=value...>');
    expect(out).toContain('rlsf tour --plain | tee tour.log');
  });
});

describe('a wrong command line exits 2 and names what was meant', () => {
  it('for an unknown option', async () =>
    expectMessage(
      await call('tour', '--sett', 'run.seed=1'),
      2,
      /^rlsf tour: unknown option '--sett'/,
      '--set',
      'rlsf tour --help',
    ));
  it('for an unknown command', async () =>
    expectMessage(await call('tuor'), 2, "rlsf: unknown command 'tuor'", 'tour'));
  it('for a missing argument', async () =>
    expectMessage(await call('judge'), 2, "rlsf judge: missing required argument 'file'"));
  it('for too many arguments', async () =>
    expectMessage(await call('doctor', 'all'), 2, /rlsf doctor: too many arguments/));
  it('for options that exclude each other', async () =>
    expectMessage(
      await call('tour', '--resume', '--new'),
      2,
      '--resume and --new exclude each other',
    ));

  it('for a run that is resumed by its name and given another', async () =>
    expectMessage(
      await call('tour', '--resume', 'runs/tour', '--run-name', 'other'),
      2,
      'a run keeps its name',
    ));
  it('for a number that is none', async () =>
    expectMessage(await call('sample', '--n', 'many'), 2, "--n: a number is expected, got 'many'"));
  it('for an unknown set-up profile', async () =>
    expectMessage(
      await call('setup', 'tuor'),
      2,
      "expected tour, test or all, got 'tuor'",
      "Did you mean 'tour'?",
    ));
  it('for training without a config', async () =>
    expectMessage(await call('train', 'pretrain'), 2, '--config <file> is expected'));
});

describe('bad input exits 1 with one message', () => {
  it('for a missing model folder', async () =>
    expectMessage(
      await call('tour', '--set', 'policy.model_name_or_path=no/such/model'),
      1,
      'policy.model_name_or_path',
      'no/such/model',
      'expected a folder in Hugging Face layout',
    ));
  it('for a missing config file', async () =>
    expectMessage(await call('tour', '--config', 'nowhere.yaml'), 1, 'nowhere.yaml'));
  it('for a config file that does not parse', async () =>
    expectMessage(
      await call('tour', '--config', await file('broken.yaml', 'run: [1, 2\n')),
      1,
      'broken.yaml',
    ));
  it('for an unknown config key, with the nearest one', async () =>
    expectMessage(
      await call('tour', '--set', 'grpo.num_generation=4'),
      1,
      'grpo.num_generation',
      'num_generations',
    ));
  it('for an unknown task', async () =>
    expectMessage(await call('tasks', 'show', 'cp'), 1, 'Did you mean "cpp"'));
  it('for an unknown split', async () =>
    expectMessage(
      await call('tasks', 'show', 'cpp', '--split', 'heldout'),
      1,
      "Did you mean 'held_out'",
    ));
  it('for an unknown problem', async () =>
    expectMessage(
      await call('tasks', 'show', 'cpp', '--id', 'cpp/none'),
      1,
      'there is no problem',
      'Did you mean',
    ));
  it('for a program that is not there', async () =>
    expectMessage(await call('judge', 'nothing.cpp'), 1, /nothing\.cpp: .*there is no such file/));
  it('for tests that are no tests', async () => {
    const program = await file('a.cpp', 'int f() { return 1; }\n');
    expectMessage(
      await call('judge', program, '--tests', await file('t.json', '{"cases": [{}]}')),
      1,
      /t\.json: cases\[0\]: expected a case \{stdin/,
    );
    expectMessage(
      await call('judge', program, '--tests', await file('u.json', 'nope')),
      1,
      'u.json: expected JSON',
    );
  });
  it('for rollouts that are not there', async () =>
    expectMessage(
      await call('inspect', 'runs/none#1/0/0'),
      1,
      'expected a run folder or a rollouts.jsonl',
    ));
  it('for a run to resume that is not there', async () =>
    expectMessage(
      await call(
        'tour',
        '--resume',
        '--set',
        `run.output_dir=${folder}/runs`,
        '--set',
        `policy.model_name_or_path=${folder}`,
      ),
      1,
      'there is no interrupted run to go on with',
    ));
});

describe('values', () => {
  it('are printed as JSON alone when asked', async () => {
    const { code, out } = await call('tasks', 'list', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toContainEqual(expect.objectContaining({ name: 'cpp' }));
  });

  it('of a config show what --set changed', async () => {
    const { out } = await call(
      'config',
      '--config',
      'configs/tour.yaml',
      '--set',
      'run.seed=5',
      '--json',
    );
    expect(JSON.parse(out)).toMatchObject({ run: { seed: 5 }, task: { name: 'cpp' } });
  });

  it('of a judged file show the finding under its line', async () => {
    const program = await file('d.cpp', 'int f(int* v) {\n  return v[3];\n}\n');
    const tests = await file(
      'd.json',
      JSON.stringify({
        cases: [{ code: 'int v[3] = {1, 2, 3}; rlsf_emit(f(v));', expected: '1' }],
      }),
    );
    const { code, out } = await call('judge', program, '--tests', tests);
    expect(code).toBe(0);
    const rows = out.split('\n');
    expect(rows[0]).toContain('× runtime_error  tests 0/1');
    expect(rows[rows.findIndex((row) => row.includes('return v[3];')) + 1]).toContain('^~~~');
    expect(out).toMatch(/╰× asan stack-buffer-overflow/);
  });
});
