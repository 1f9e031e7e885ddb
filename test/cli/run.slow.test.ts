/** The built command as a user runs it, from an empty folder: needs `npm run build` and g++. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root, run } from './call.js';
import type { Called, SpawnOptions } from './call.js';

let folder = '';
const rlsf = (argv: string[], options: Partial<SpawnOptions> = {}): Promise<Called> =>
  run(process.execPath, [path.join(root, 'bin/rlsf.js'), ...argv], { cwd: folder, ...options });

const set = (...values: string[]): string[] => values.flatMap((value) => ['--set', value]);

const tinyModel = set(
  'pretrain.corpus.n=300',
  'pretrain.tokenizer.vocab_size=320',
  'pretrain.tokenizer.sample=100',
  'pretrain.model.hidden_size=32',
  'pretrain.model.intermediate_size=64',
  'pretrain.model.num_hidden_layers=2',
  'pretrain.model.num_attention_heads=2',
  'pretrain.model.num_key_value_heads=1',
  'pretrain.model.head_dim=16',
  'pretrain.max_steps=6',
);
const tinyTour = set(
  'policy.model_name_or_path=data/policies/cpp-tiny',
  'grpo.max_steps=40',
  'grpo.prompts_per_step=2',
  'grpo.num_generations=4',
  'sampling.max_completion_length=24',
  'evaluation.problems=4',
  'evaluation.held_out_families_problems=2',
  'evaluation.bootstrap_resamples=200',
);

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-run-'));
  const { code, out, err } = await rlsf([
    ...['train', 'pretrain', '--config', 'configs/pretrain-cpp.yaml', '--run-name', 'tiny'],
    ...tinyModel,
  ]);
  expect(out + err).toContain('Done in');
  expect(code).toBe(0);
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the tour', () => {
  it('stopped by Ctrl-C says how to go on, and the same command resumes it to the end', async () => {
    const untilStep = (step: number): Parameters<typeof rlsf>[1] => {
      let sent = false;
      return {
        watch: (out, kill) => {
          if (sent || !new RegExp(`step +${step}/40`).test(out)) return;
          sent = true;
          kill('SIGINT');
        },
      };
    };
    const run = 'runs/tour';
    const stopped = await rlsf(['tour', ...tinyTour], untilStep(2));
    expect(stopped.out).toMatch(/Stopped after step \d+ of 40; nothing done so far is lost/);
    expect(stopped.out).toContain(`Go on with it: rlsf tour --resume ${run}\n`);
    expect(stopped.code).toBe(130);
    // Named alone, it goes on with all that it was started with.
    const again = await rlsf(['tour', '--resume', run], untilStep(4));
    expect(again.out).toMatch(/Resumed after step \d+ of 40/);
    expect(again.out + again.err).not.toContain('differ');
    expect(again.code).toBe(130);
    const status = JSON.parse(await readFile(path.join(folder, 'runs/tour/status.json'), 'utf8'));
    expect(status).toMatchObject({ state: 'interrupted', maxSteps: 40 });

    const resumed = await rlsf(['tour', ...tinyTour]);
    expect(resumed.err).toContain('going on with it');
    expect(resumed.out).toMatch(/Resumed after step \d+ of 40/);
    expect(resumed.out).toMatch(/held-out problems \(4 problems\)\n +before, % +after, % +change/);
    expect(resumed.code).toBe(0);
    for (const name of [
      'rollouts.jsonl',
      'metrics.jsonl',
      'run_metadata.json',
      'adapter',
      'report.md',
    ])
      expect(existsSync(path.join(folder, 'runs/tour', name))).toBe(true);
    const steps = (await readFile(path.join(folder, 'runs/tour/metrics.jsonl'), 'utf8')).match(
      /"step":/g,
    );
    expect(steps?.length).toBeGreaterThanOrEqual(40);
  });

  it('after a finished run starts another beside it, as JSON lines when asked', async () => {
    const { code, out } = await rlsf(['tour', '--json', ...tinyTour, ...set('grpo.max_steps=1')]);
    expect(code).toBe(0);
    const events = out
      .trim()
      .split('\n')
      .map((row) => JSON.parse(row) as { type: string; run?: string });
    expect(events[0].type).toBe('stage');
    expect(events.at(-1)).toMatchObject({ type: 'finished', run: 'tour-2' });
  });

  it('left by a second Ctrl-C goes at once and leaves no process behind', async () => {
    let first = 0;
    const name = `runs.output_dir-${process.pid}`;
    const { code } = await rlsf(
      [
        'tour',
        ...tinyTour,
        ...set(`run.output_dir=${name}`, 'grpo.prompts_per_step=16', 'grpo.num_generations=16'),
      ],
      {
        watch: (out, kill) => {
          if (first !== 0 || !out.includes('Training')) return;
          first = Date.now();
          kill('SIGINT');
          setTimeout(() => kill('SIGINT'), 400);
        },
      },
    );
    expect(code).toBe(130);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { out } = await run('ps', ['-eo', 'args'], { cwd: folder });
    expect(out.split('\n').filter((row) => row.includes(name))).toEqual([]);
  });
});

describe('looking', () => {
  it('shows a stored group and a stored rollout', async () => {
    const group = await rlsf(['inspect', 'runs/tour#1/0']);
    expect(group.out).toContain('sample 4');
    const one = await rlsf(['inspect', 'runs/tour#1/0/2', '--json']);
    expect(JSON.parse(one.out)).toMatchObject({ step: 1, group: 0, sample: 2 });
    const none = await rlsf(['inspect', 'runs/tour#1/0/9']);
    expect(none.err).toMatch(/there is no rollout '1\/0\/9' among its \d+\. Did you mean/);
    expect(none.code).toBe(1);
  });

  it('samples the same group from the same seed', async () => {
    const argv = [
      'sample',
      '--policy',
      'data/policies/cpp-tiny',
      '--n',
      '2',
      '--no-judge',
      '--json',
    ];
    const [first, second] = [await rlsf(argv), await rlsf(argv)];
    expect(first.err).toBe('');
    expect(JSON.parse(first.out)).toHaveLength(2);
    expect(second.out).toBe(first.out);
  });

  it('draws the accuracy of each prompt', async () => {
    const { code } = await rlsf(['plot', 'prompt-accuracy', 'runs/tour', '--out', 'accuracy.svg']);
    expect(code).toBe(0);
    expect(await readFile(path.join(folder, 'accuracy.svg'), 'utf8')).toContain('<svg');
  });
});

/** The machine with some programs hidden behind an empty file. */
describe.skipIf(!existsSync('/usr/bin/bwrap'))(
  'a machine that lacks something (needs bubblewrap)',
  () => {
    const without = async (hidden: string, argv: string[]): Promise<Called> => {
      await writeFile(path.join(folder, 'a.cpp'), 'int f() { return 1; }\n');
      return run(
        'bwrap',
        [
          ...['--dev-bind', '/', '/', '--ro-bind', '/dev/null', hidden],
          ...[process.execPath, path.join(root, 'bin/rlsf.js'), 'judge', 'a.cpp', ...argv],
        ],
        { cwd: folder },
      );
    };

    it('is told to install g++ where there is none', async () => {
      const { code, err } = await without('/usr/bin/g++', []);
      expect(err).toMatch(/^rlsf: .*g\+\+.*apt-get install g\+\+/);
      expect(err).not.toMatch(/^\s+at /m);
      expect(code).toBe(1);
    });

    it('is told how to get isolation where there is none', async () => {
      const { code, err } = await without('/usr/bin/bwrap', ['--isolation', 'bubblewrap']);
      expect(err).toMatch(/^rlsf: .*isolation.*apt-get install bubblewrap/);
      expect(err).not.toMatch(/^\s+at /m);
      expect(code).toBe(1);
    });
  },
);
