import { execa } from 'execa';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openTrackio } from '../../../src/experiments/trackers/trackio.js';
import type { Reply, Request } from './context.js';
import { listen, temporaryFolder, trackedRun, trackerContext } from './context.js';

interface LogEntry {
  project: string;
  run: string;
  run_id: string;
  step: number;
  metrics: Record<string, number>;
  config: Record<string, unknown> | null;
  log_id: string;
}

/** A trackio server as far as its `bulk_log` goes: a row whose id it has is left out. */
async function trackioServer(
  trouble: (request: Request) => Reply | null = () => null,
): Promise<{ address: string; requests: Request[]; rows: Map<string, LogEntry> }> {
  const rows = new Map<string, LogEntry>();
  const act = ({ method, path, headers, body }: Request): Reply => {
    if (`${method} ${path}` === 'GET /version')
      return { body: { version: '0.36.0', api_version: 1 } };
    if (`${method} ${path}` !== 'POST /api/bulk_log') return { status: 404 };
    if (headers['x-trackio-write-token'] !== 'secret') {
      return { status: 400, body: { error: 'A write_token is required to log metrics.' } };
    }
    const { kwargs } = body as { kwargs: { logs: LogEntry[]; hf_token: string | null } };
    if (kwargs.hf_token !== null)
      return { status: 400, body: { error: 'a token that is not ours' } };
    for (const entry of kwargs.logs) if (!rows.has(entry.log_id)) rows.set(entry.log_id, entry);
    return { body: { data: null } };
  };
  const server = await listen((request) => {
    const wrong = trouble(request);
    if (wrong?.loseAnswer) act(request);
    return wrong ?? act(request);
  });
  return { ...server, rows };
}

describe('openTrackio', () => {
  it('logs rows under the names that a user of TRL sees, the config with the first', async () => {
    const server = await trackioServer();
    const context = trackerContext(await temporaryFolder(), {
      env: { TRACKIO_SERVER_URL: `${server.address}/?write_token=secret`, HF_TOKEN: 'hub-token' },
    });
    const tracker = await openTrackio(context);
    await tracker.log(1, { step: 1, reward: 0.5, kl: NaN });
    await tracker.log(1, { eval_reward: 0.25 });
    await vi.waitFor(() => expect(server.rows.size).toBe(2));
    await tracker.log(2, { reward: 1 });
    await tracker.finish('finished');
    expect(context.warnings).toEqual([]);
    const rows = [...server.rows.values()];
    expect(rows.map(({ step, metrics }) => [step, metrics])).toEqual([
      [1, { 'train/reward': 0.5, 'train/global_step': 1 }],
      [1, { 'eval/reward': 0.25, 'train/global_step': 1 }],
      [2, { 'train/reward': 1, 'train/global_step': 2 }],
    ]);
    expect(rows[0]).toMatchObject({ project: 'rlsf', run: 'grpo_tiny_K4_steps3' });
    expect(rows[0].config).toMatchObject({ 'grpo.beta': 0.02, method: 'grpo', device: '2 × CPU' });
    expect(rows.slice(1).map(({ config }) => config)).toEqual([null, null]);
    expect(new Set(rows.map(({ run_id }) => run_id)).size).toBe(1);
  });

  it('doubles no point when resumed, nor when an answer is lost', async () => {
    let lost = 1;
    const server = await trackioServer(({ path }) =>
      path === '/api/bulk_log' && lost-- > 0 ? { loseAnswer: true } : null,
    );
    const folder = await temporaryFolder();
    const env = {
      TRACKIO_SERVER_URL: server.address,
      TRACKIO_WRITE_TOKEN: 'secret',
      TRACKIO_PROJECT: 'p',
    };
    const first = await openTrackio(trackerContext(folder, { env }));
    for (const step of [1, 2, 3]) await first.log(step, { reward: step });
    await first.finish('interrupted');
    const run = trackedRun(folder, { resumedAfterStep: 1 });
    const second = await openTrackio(trackerContext(folder, { env, run }));
    for (const step of [2, 3, 4]) await second.log(step, { reward: step });
    await second.finish('finished');
    const rows = [...server.rows.values()];
    expect(rows.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    expect(new Set(rows.map(({ project, run_id }) => `${project} ${run_id}`)).size).toBe(1);
  });

  it('says what to do when it is not let in, when the server is too old, and when none is named', async () => {
    const server = await trackioServer();
    const env = { TRACKIO_SERVER_URL: server.address };
    const refused = trackerContext(await temporaryFolder(), { env });
    const tracker = await openTrackio(refused);
    await tracker.log(1, { reward: 1 });
    await tracker.finish('finished');
    expect(refused.warnings).toHaveLength(1);
    expect(refused.warnings[0]).toContain('A write_token is required');
    expect(refused.warnings[0]).toContain('TRACKIO_WRITE_TOKEN');

    const old = await listen(() => ({ status: 404 }));
    const outdated = trackerContext(await temporaryFolder(), {
      env: { TRACKIO_SERVER_URL: old.address },
    });
    await (await openTrackio(outdated)).finish('finished');
    expect(outdated.warnings[0]).toContain('pip install -U trackio');
    await expect(openTrackio(trackerContext('/nowhere'))).rejects.toThrow(
      /TRACKIO_SERVER_URL.*TRACKIO_SPACE_ID/,
    );
  });
});

const python = process.env['RLSF_TEST_PYTHON'];
const trackioAtHand =
  python !== undefined &&
  (await execa(python, ['-c', 'import trackio.server, uvicorn'], { reject: false })).exitCode === 0;

// Set RLSF_TEST_PYTHON to the path of an interpreter that has trackio.
describe.skipIf(!trackioAtHand)('trackio’s own server (RLSF_TEST_PYTHON with trackio)', () => {
  it('holds a resumed run with each point once', async () => {
    const folder = await temporaryFolder();
    const script = `
import uvicorn
from trackio.server import build_starlette_app_only
uvicorn.run(build_starlette_app_only()[0], host='127.0.0.1', port=5918, log_level='warning')`;
    const server = execa(python ?? '', ['-c', script], {
      env: { TRACKIO_DIR: folder, TRACKIO_WRITE_TOKEN: 'secret' },
      reject: false,
      stdio: 'ignore',
    });
    onTestFinished(() => void server.kill());
    const env = { TRACKIO_SERVER_URL: 'http://127.0.0.1:5918/?write_token=secret' };
    const first = await openTrackio(trackerContext(folder, { env, timeoutMs: 60_000 }));
    for (const step of [1, 2, 3]) await first.log(step, { reward: step });
    await first.finish('interrupted');
    const run = trackedRun(folder, { resumedAfterStep: 1 });
    const second = await openTrackio(trackerContext(folder, { env, run, timeoutMs: 60_000 }));
    for (const step of [2, 3, 4]) await second.log(step, { reward: step });
    await second.finish('finished');
    const answer = await fetch('http://127.0.0.1:5918/api/get_logs', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ args: ['rlsf', 'grpo_tiny_K4_steps3'] }),
    });
    const { data } = (await answer.json()) as { data: { step: number; 'train/reward': number }[] };
    expect(data.map((row) => [row.step, row['train/reward']])).toEqual(
      [1, 2, 3, 4].map((step) => [step, step]),
    );
  }, 120_000);
});
