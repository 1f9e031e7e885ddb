import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import {
  describeRecord,
  frameRecords,
  readRecords,
  wandbExit,
  wandbHistory,
  wandbStart,
} from '../../../src/experiments/trackers/wandb-file.js';
import { openWandb } from '../../../src/experiments/trackers/wandb.js';
import { listen, temporaryFolder, trackedRun, trackerContext } from './context.js';

const python = process.env['RLSF_TEST_PYTHON'];
const offline = { WANDB_MODE: 'offline' };

/** What `wandb` is for these tests: a script on the PATH that notes its arguments, then does `then`. */
async function standIn(then: string): Promise<{ PATH: string; calls: () => Promise<string[]> }> {
  const folder = await temporaryFolder();
  const log = path.join(folder, 'calls');
  const file = path.join(folder, 'wandb');
  await writeFile(file, `#!/bin/sh\necho "$* | $WANDB_PROJECT | $PWD" >> '${log}'\n${then}\n`);
  await chmod(file, 0o755);
  const calls = async (): Promise<string[]> =>
    existsSync(log) ? (await readFile(log, 'utf8')).trimEnd().split('\n') : [];
  return { PATH: `${folder}:/usr/bin:/bin`, calls };
}

/** The run's one offline folder and its file. */
async function runFile(root: string): Promise<{ folder: string; file: string }> {
  const [name] = (await readdir(path.join(root, 'wandb'))).filter((entry) =>
    entry.startsWith('offline-run-'),
  );
  const folder = path.join(root, 'wandb', name);
  const id = name.split('-').at(-1) ?? '';
  return { folder, file: path.join(folder, `run-${id}.wandb`) };
}

const info = { id: 'abc', name: 'n', project: 'p', host: 'h', startMs: 0, config: {} };

describe('W&B’s run file', () => {
  it('gives back every record, over blocks of any fill', () => {
    for (const size of [0, 1, 32_740, 32_741, 32_747, 32_748, 32_754, 32_755, 70_000]) {
      const filled = wandbStart({ ...info, config: { text: 'x'.repeat(size) } }, 'rlsf');
      const records = [...filled, wandbHistory(4, 0, { reward: 0.5 }), wandbExit(5, 0, 1)];
      const whole = frameRecords(records, 0);
      const back = readRecords(whole) ?? [];
      expect(back.map((record, i) => Buffer.compare(record, records[i]))).toEqual([0, 0, 0, 0, 0]);
      // In two parts, as the tracker appends.
      const head = frameRecords(records.slice(0, 3), 0);
      const both = Buffer.concat([head, frameRecords(records.slice(3), head.length)]);
      expect(both.equals(whole)).toBe(true);
    }
  });

  it('leaves out what a kill tore off or a disk spoilt', () => {
    const records = [...wandbStart(info, 'rlsf'), wandbHistory(4, 0, { reward: 0.5 })];
    const whole = frameRecords(records, 0);
    for (let cut = 1; cut < 40; cut++) {
      expect(readRecords(whole.subarray(0, whole.length - cut))).toHaveLength(3);
    }
    const spoilt = Buffer.from(whole);
    spoilt[spoilt.length - 3] ^= 1;
    expect(readRecords(spoilt)).toHaveLength(3);
    expect(readRecords(Buffer.from('not a run'))).toBeNull();
  });

  it('says of each record what a resumed run must know', () => {
    const [version] = wandbStart(info, 'rlsf');
    expect(describeRecord(version)).toEqual({ kind: 'other' });
    expect(describeRecord(wandbExit(9, null, 3))).toEqual({ kind: 'exit' });
    const row = wandbHistory(4, 7, { reward: 1, 'train/global_step': 12 });
    expect(describeRecord(row)).toEqual({ kind: 'history', globalStep: 12 });
  });
});

describe('openWandb', () => {
  it('leaves a whole file after every log, and no rows of later steps when resumed', async () => {
    const root = await temporaryFolder();
    const first = await openWandb(trackerContext(root, { env: offline }));
    const { file } = await runFile(root);
    for (const step of [1, 2, 3]) {
      await first.log(step, { reward: step, kl: NaN });
      const kinds = (readRecords(await readFile(file)) ?? []).map(
        (record) => describeRecord(record).kind,
      );
      expect(kinds.filter((kind) => kind === 'history')).toHaveLength(step);
      expect(kinds.filter((kind) => kind === 'exit')).toHaveLength(1);
      expect(kinds.at(-1)).toBe('exit');
    }
    // Killed: no finish.
    const run = trackedRun(root, { resumedAfterStep: 1 });
    const second = await openWandb(trackerContext(root, { env: offline, run }));
    for (const step of [2, 3]) await second.log(step, { reward: step * 10 });
    await second.finish('finished');
    const stored = (readRecords(await readFile(file)) ?? []).map((record) =>
      describeRecord(record),
    );
    expect(
      stored.flatMap((record) => (record.kind === 'history' ? [record.globalStep] : [])),
    ).toEqual([1, 2, 3]);
    expect(stored.filter(({ kind }) => kind === 'exit')).toHaveLength(1);
    expect(stored.filter((record) => record.kind === 'metric')).toHaveLength(2);
    expect(await readdir(path.join(root, 'wandb'))).toHaveLength(1);
  });

  it('has the command upload at the start, while something is new, and at the end', async () => {
    const root = await temporaryFolder();
    const command = await standIn('exit 0');
    const env = { PATH: command.PATH, WANDB_PROJECT: 'mine' };
    const context = trackerContext(root, { env, wandbSyncMs: 1000 });
    const tracker = await openWandb(context);
    await new Promise((resolve) => setTimeout(resolve, 1300));
    const { folder } = await runFile(root);
    const call = `sync --include-synced ${folder} | mine | ${root}`;
    expect(await command.calls()).toEqual([call]);
    await tracker.log(1, { reward: 1 });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(await command.calls()).toEqual([call, call]);
    await tracker.finish('finished');
    expect(await command.calls()).toEqual([call, call, call]);
    expect(context.warnings).toEqual([]);
  });

  it.each([
    ['is missing', null, /expected the command `wandb` on the PATH.*pip install wandb/],
    [
      'has no key',
      'echo "Error: No API key configured. Use \\`wandb login\\` to log in." >&2; exit 1',
      /no key it can use .*WANDB_API_KEY.*WANDB_MODE=offline/,
    ],
    ['is not let in but ends with 0', 'echo "wandb: Not authenticated."', /no key it can use/],
    [
      'fails',
      'echo "wandb: ERROR the disk is full"; exit 3',
      /ended with 3 \(wandb: ERROR the disk is full\)/,
    ],
    ['hangs', 'exec sleep 60', /did not end within 0\.7 s/],
  ])(
    'says what to do when the command %s, once, and how to upload later',
    async (_, script, message) => {
      const root = await temporaryFolder();
      const { PATH } = script === null ? { PATH: '/nowhere' } : await standIn(script);
      const context = trackerContext(root, { env: { PATH }, wandbSyncMs: 60_000, timeoutMs: 700 });
      const tracker = await openWandb(context);
      const started = performance.now();
      await tracker.log(1, { reward: 1 });
      expect(performance.now() - started).toBeLessThan(300);
      await tracker.finish('finished');
      expect(performance.now() - started).toBeLessThan(2500);
      const { folder } = await runFile(root);
      expect(context.warnings).toHaveLength(1);
      expect(context.warnings[0]).toMatch(message);
      expect(context.warnings[0]).toContain(`wandb sync --include-synced ${folder}`);
    },
  );

  it('takes names and places from the environment', async () => {
    const root = await temporaryFolder();
    const there = await temporaryFolder();
    const env = {
      ...offline,
      WANDB_DIR: there,
      WANDB_RUN_ID: 'my-id',
      WANDB_NAME: 'named',
      WANDB_PROJECT: 'proj',
      WANDB_ENTITY: 'team',
      WANDB_RUN_GROUP: 'arms',
    };
    await (await openWandb(trackerContext(root, { env }))).finish('interrupted');
    const [name] = await readdir(path.join(there, 'wandb'));
    expect(name).toBe('offline-run-20231114_221320-my-id');
    const bytes = await readFile(path.join(there, 'wandb', name, 'run-my-id.wandb'));
    const [, run] = readRecords(bytes) ?? [];
    for (const text of ['my-id', 'named', 'proj', 'team', 'arms'])
      expect(Buffer.from(run).includes(text)).toBe(true);
  });
});

const wandb = python === undefined ? '' : path.join(path.dirname(python), 'wandb');

// Set RLSF_TEST_PYTHON to the path of an interpreter that has wandb, with the command beside it.
describe.skipIf(!existsSync(wandb))(
  'the `wandb` command itself (RLSF_TEST_PYTHON with wandb)',
  () => {
    it('uploads a run while it goes on and at its end, each row at its own place', async () => {
      // W&B's server, as far as an upload needs it.
      const history = new Map<number, Record<string, number>>();
      const ends: (number | undefined)[] = [];
      const runs: Record<string, unknown>[] = [];
      const server = await listen(({ path: where, body }) => {
        if (where.endsWith('/file_stream')) {
          const {
            files = {},
            complete,
            exitcode,
          } = body as {
            files?: Record<string, { offset: number; content: string[] }>;
            complete?: boolean;
            exitcode?: number;
          };
          const { offset = 0, content = [] } = files['wandb-history.jsonl'] ?? {};
          content.forEach((line, i) =>
            history.set(offset + i, JSON.parse(line) as Record<string, number>),
          );
          if (complete) ends.push(exitcode);
          return { body: { limits: {} } };
        }
        const { query, variables } = body as { query: string; variables: Record<string, unknown> };
        if (!query.includes('upsertBucket')) return { body: { data: {} } };
        runs.push(variables);
        const project = { id: 'p', name: 'rlsf', entity: { id: 'e', name: 'me' } };
        const bucket = {
          id: 'r',
          name: variables.name,
          displayName: 'n',
          project,
          historyLineCount: 0,
        };
        return { body: { data: { upsertBucket: { inserted: true, bucket } } } };
      });
      const root = await temporaryFolder();
      const env = {
        PATH: `${path.dirname(wandb)}:${process.env.PATH}`,
        HOME: root,
        PYTHONPATH: process.env.PYTHONPATH,
        WANDB_BASE_URL: server.address,
        WANDB_API_KEY: 'a'.repeat(40),
        WANDB_ERROR_REPORTING: 'false',
      };
      const open = (resumedAfterStep: number | null) => {
        const context = trackerContext(root, {
          env,
          timeoutMs: 30_000,
          run: trackedRun(root, { resumedAfterStep }),
        });
        return { context, tracker: openWandb(context) };
      };
      const first = open(null);
      const tracker = await first.tracker;
      for (const step of [1, 2, 3]) await tracker.log(step, { reward: step / 8 });
      await tracker.finish('interrupted');
      expect(first.context.warnings).toEqual([]);
      expect(history.size).toBe(3);
      expect(ends).toEqual([]);

      const second = open(1);
      const resumed = await second.tracker;
      for (const step of [2, 3, 4]) await resumed.log(step, { reward: step });
      await resumed.finish('finished');
      expect(second.context.warnings).toEqual([]);
      expect(
        [...history.values()].map((row) => [
          row._step,
          row['train/global_step'],
          row['train/reward'],
        ]),
      ).toEqual([
        [0, 1, 0.125],
        [1, 2, 2],
        [2, 3, 3],
        [3, 4, 4],
      ]);
      expect(ends).toEqual([0]);
      expect(new Set(runs.map(({ name }) => name)).size).toBe(1);
      expect(runs[0]).toMatchObject({ project: 'rlsf', displayName: 'grpo_tiny_K4_steps3' });
      expect(JSON.parse(String(runs[0].config))).toMatchObject({ grpo: { value: { beta: 0.02 } } });
    }, 120_000);

    it('is read by the library’s own messages', async () => {
      const root = await temporaryFolder();
      const tracker = await openWandb(trackerContext(root, { env: offline }));
      await tracker.log(1, { reward: 0.5 });
      await tracker.finish('failed');
      const { file } = await runFile(root);
      const records = (readRecords(await readFile(file)) ?? []).map((record) =>
        Buffer.from(record).toString('hex'),
      );
      const script = `
import json, sys
from wandb.proto.wandb_internal_pb2 import Record
out = []
for line in sys.argv[1:]:
    r = Record(); r.ParseFromString(bytes.fromhex(line)); kind = r.WhichOneof('record_type'); assert not r._info.stream_id
    m = getattr(r, kind)
    if kind == 'run': out.append([r.num, kind, m.run_id, m.project, m.display_name, m.start_time.seconds, {i.key: json.loads(i.value_json) for i in m.config.update}['grpo']])
    elif kind == 'history': out.append([r.num, kind, m.step.num, sorted(i.key for i in m.item)])
    elif kind == 'metric': out.append([r.num, kind, m.name, m.step_metric, m.options.step_sync, m.options.defined])
    elif kind == 'exit': out.append([r.num, kind, m.exit_code, m.not_complete])
    else: out.append([r.num, kind])
print(json.dumps(out))`;
      const { stdout } = await execa(python ?? '', ['-c', script, ...records]);
      const id = path.basename(file).slice('run-'.length, -'.wandb'.length);
      expect(JSON.parse(stdout)).toEqual([
        [1, 'header'],
        [
          2,
          'run',
          id,
          'rlsf',
          'grpo_tiny_K4_steps3',
          1_700_000_000,
          { beta: 0.02, loss_type: 'dapo' },
        ],
        [3, 'metric', 'train/global_step', '', true, true],
        [4, 'metric', 'train/reward', 'train/global_step', true, true],
        [5, 'history', 0, ['_runtime', '_step', '_timestamp', 'train/global_step', 'train/reward']],
        [6, 'summary'],
        [7, 'exit', 1, false],
      ]);
    }, 60_000);
  },
);
