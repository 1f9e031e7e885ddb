import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openMlflow } from '../../../src/experiments/trackers/mlflow.js';
import type { Reply, Request } from './context.js';
import { listen, temporaryFolder, trackedRun, trackerContext } from './context.js';

interface Metric {
  key: string;
  value: number;
  timestamp: number;
  step: number;
}

interface StoredRun {
  experiment_id: string;
  status: string;
  tags: Record<string, string>;
  params: Record<string, string>;
  metrics: Metric[];
}

/**
 * A tracking server as far as the REST reference says what it takes: unknown fields, wrong types
 * and too large batches are refused, metrics are only ever appended.
 */
async function trackingServer(trouble: (request: Request) => Reply | null = () => null): Promise<{
  address: string;
  requests: Request[];
  experiments: Map<string, string>;
  runs: Map<string, StoredRun>;
}> {
  const experiments = new Map<string, string>();
  const runs = new Map<string, StoredRun>();
  const refuse = (status: number, message: string): Reply => ({ status, body: { message } });
  const act = ({ method, path: where, query, body }: Request): Reply => {
    const given = (body ?? {}) as Record<string, unknown>;
    const takes = (...names: string[]): boolean =>
      Object.keys(given).every((key) => names.includes(key));
    switch (`${method} ${where.replace('/api/2.0/mlflow/', '')}`) {
      case 'GET experiments/get-by-name': {
        const name = query.get('experiment_name') ?? '';
        const id = experiments.get(name);
        return id
          ? { body: { experiment: { experiment_id: id, name, lifecycle_stage: 'active' } } }
          : refuse(404, 'RESOURCE_DOES_NOT_EXIST');
      }
      case 'POST experiments/create':
        if (!takes('name') || typeof given.name !== 'string') return refuse(400, 'bad experiment');
        experiments.set(given.name, String(experiments.size + 1));
        return { body: { experiment_id: experiments.get(given.name) } };
      case 'POST runs/create': {
        if (!takes('experiment_id', 'start_time', 'tags') || !Number.isInteger(given.start_time)) {
          return refuse(400, 'bad run');
        }
        const id = `run${runs.size + 1}`;
        const tags = given.tags as { key: string; value: string }[];
        runs.set(id, {
          experiment_id: String(given.experiment_id),
          status: 'RUNNING',
          tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])),
          params: {},
          metrics: [],
        });
        return { body: { run: { info: { run_id: id } } } };
      }
      case 'GET runs/get': {
        const run = runs.get(query.get('run_id') ?? '');
        if (!run) return refuse(404, 'no such run');
        // The last of each metric; int64 goes out as text, as Protocol Buffers' JSON has it.
        const last = new Map(run.metrics.map((metric) => [metric.key, metric]));
        const metrics = [...last.values()].map((metric) => ({
          ...metric,
          step: String(metric.step),
        }));
        return { body: { run: { data: { metrics } } } };
      }
      case 'POST runs/log-batch': {
        const run = runs.get(String(given.run_id));
        if (!run || !takes('run_id', 'metrics', 'params')) return refuse(400, 'bad batch');
        const metrics = (given.metrics ?? []) as Metric[];
        const params = (given.params ?? []) as { key: string; value: string }[];
        if (metrics.length > 1000 || params.length > 100) return refuse(400, 'too many');
        for (const metric of metrics) {
          const whole = Number.isInteger(metric.step) && Number.isInteger(metric.timestamp);
          if (!whole || typeof metric.value !== 'number') return refuse(400, 'bad metric');
          if (!/^[\w\-. :/]+$/.test(metric.key)) return refuse(400, `bad name ${metric.key}`);
        }
        run.metrics.push(...metrics);
        for (const { key, value } of params) {
          if (value.length > 500) return refuse(400, 'too long');
          run.params[key] = value;
        }
        return {};
      }
      case 'POST runs/update': {
        const run = runs.get(String(given.run_id));
        const statuses = ['RUNNING', 'FINISHED', 'FAILED', 'KILLED'];
        if (!run || !statuses.includes(String(given.status))) return refuse(400, 'bad update');
        run.status = String(given.status);
        return {};
      }
      default:
        return refuse(404, 'no such endpoint');
    }
  };
  const server = await listen((request) => {
    const wrong = trouble(request);
    if (wrong?.loseAnswer) act(request);
    return wrong ?? act(request);
  });
  return { ...server, experiments, runs };
}

const points = (run: StoredRun | undefined, key: string): [number, number][] =>
  (run?.metrics ?? [])
    .filter((metric) => metric.key === key)
    .map(({ step, value }) => [step, value]);

describe('openMlflow', () => {
  it('makes experiment and run, and logs parameters, tags and metrics', async () => {
    const server = await trackingServer();
    const context = trackerContext(await temporaryFolder(), {
      env: {
        MLFLOW_TRACKING_URI: `${server.address}/`,
        MLFLOW_EXPERIMENT_NAME: 'My study/1',
        MLFLOW_TRACKING_USERNAME: 'me',
        MLFLOW_TRACKING_PASSWORD: 'secret',
      },
    });
    const tracker = await openMlflow(context);
    for (const step of [1, 2, 3]) {
      await tracker.log(step, { step, reward: step / 8, 'rewards/a(b)/mean': 1, kl: NaN });
    }
    await tracker.finish('finished');
    expect(context.warnings).toEqual([]);
    expect([...server.experiments.keys()]).toEqual(['My study/1']);
    const run = server.runs.get('run1');
    expect(run).toMatchObject({
      status: 'FINISHED',
      tags: { 'mlflow.runName': 'grpo_tiny_K4_steps3', method: 'grpo', device: '2 × CPU' },
      params: {
        'grpo.beta': '0.02',
        'grpo.loss_type': 'dapo',
        'run.seed': '1',
        'run.name': 'null',
      },
    });
    expect(points(run, 'reward')).toEqual([
      [1, 0.125],
      [2, 0.25],
      [3, 0.375],
    ]);
    expect(points(run, 'rewards/a_b_/mean')).toHaveLength(3);
    expect(new Set(run?.metrics.map(({ key }) => key))).toEqual(
      new Set(['reward', 'rewards/a_b_/mean']),
    );
    const basic = `Basic ${Buffer.from('me:secret').toString('base64')}`;
    expect(server.requests.every(({ headers }) => headers.authorization === basic)).toBe(true);
  });

  it('takes name and password out of the address, and a token where there are none', async () => {
    const server = await trackingServer();
    const log = async (env: Record<string, string>): Promise<void> => {
      const context = trackerContext(await temporaryFolder(), { env });
      await (await openMlflow(context)).finish('finished');
      expect(context.warnings).toEqual([]);
    };
    await log({ MLFLOW_TRACKING_URI: server.address.replace('//', '//me:s%40@') });
    await log({ MLFLOW_TRACKING_URI: server.address, MLFLOW_TRACKING_TOKEN: 'abc' });
    expect(new Set(server.requests.map(({ headers }) => headers.authorization))).toEqual(
      new Set([`Basic ${Buffer.from('me:s@').toString('base64')}`, 'Bearer abc']),
    );
  });

  it('splits what is more than one batch takes', async () => {
    const server = await trackingServer();
    const config = {
      many: Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`o${i}`, 'x'.repeat(i * 8)])),
    };
    const folder = await temporaryFolder();
    const context = trackerContext(folder, {
      run: trackedRun(folder, { config }),
      env: { MLFLOW_TRACKING_URI: server.address },
    });
    const tracker = await openMlflow(context);
    const metrics = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`m${i}`, i]));
    for (let step = 1; step <= 90; step++) await tracker.log(step, metrics);
    await tracker.finish('failed');
    const run = server.runs.get('run1');
    expect(context.warnings).toEqual([]);
    expect(run?.metrics).toHaveLength(2700);
    expect(Object.keys(run?.params ?? {})).toHaveLength(150);
    expect(run?.params['many.o149']).toHaveLength(500);
    expect(run?.status).toBe('FAILED');
  });

  it('goes on in the same run when resumed, and doubles no point', async () => {
    const server = await trackingServer();
    const folder = await temporaryFolder();
    const env = { MLFLOW_TRACKING_URI: server.address };
    const first = await openMlflow(trackerContext(folder, { env }));
    for (const step of [1, 2, 3]) await first.log(step, { reward: step });
    await first.finish('interrupted');
    expect(server.runs.get('run1')?.status).toBe('KILLED');
    const run = trackedRun(folder, { resumedAfterStep: 1 });
    const second = await openMlflow(trackerContext(folder, { env, run }));
    for (const step of [2, 3, 4])
      await second.log(step, { reward: step, ...(step > 2 ? { eval_reward: 1 } : {}) });
    await second.finish('finished');
    expect(server.runs.size).toBe(1);
    const stored = server.runs.get('run1');
    expect(points(stored, 'reward').map(([step]) => step)).toEqual([1, 2, 3, 4]);
    expect(points(stored, 'eval_reward').map(([step]) => step)).toEqual([3, 4]);
  });

  it('doubles no point when the answer to a batch is lost or the server is down for a while', async () => {
    const troubles: (Reply | null)[] = [
      null,
      { loseAnswer: true },
      { status: 503 },
      null,
      { loseAnswer: true },
    ];
    const server = await trackingServer(({ path: where, body }) =>
      where.endsWith('log-batch') && 'metrics' in (body as object)
        ? (troubles.shift() ?? null)
        : null,
    );
    const context = trackerContext(await temporaryFolder(), {
      env: { MLFLOW_TRACKING_URI: server.address },
      timeoutMs: 10_000,
    });
    const tracker = await openMlflow(context);
    for (let step = 1; step <= 6; step++) {
      await tracker.log(step, { reward: step });
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    await tracker.finish('finished');
    expect(points(server.runs.get('run1'), 'reward').map(([step]) => step)).toEqual([
      1, 2, 3, 4, 5, 6,
    ]);
    expect(context.warnings).toHaveLength(1);
    expect(context.warnings[0]).toMatch(
      /^MLflow: POST .*log-batch: no answer .* sent once the server answers/,
    );
  }, 20_000);

  it('says what to do when it is not let in, and when there is no server', async () => {
    const server = await trackingServer(() => ({ status: 401, body: { message: 'who are you?' } }));
    const context = trackerContext(await temporaryFolder(), {
      env: { MLFLOW_TRACKING_URI: server.address },
    });
    const tracker = await openMlflow(context);
    await tracker.log(1, { reward: 1 });
    await tracker.finish('finished');
    expect(context.warnings).toHaveLength(1);
    expect(context.warnings[0]).toContain('401 {"message":"who are you?"}');
    expect(context.warnings[0]).toContain('MLFLOW_TRACKING_TOKEN');
    for (const address of [undefined, 'sqlite:///mlflow.db', './mlruns']) {
      const env = { MLFLOW_TRACKING_URI: address };
      await expect(openMlflow(trackerContext('/nowhere', { env }))).rejects.toThrow(
        /expected the address of a tracking server.*mlflow server --port 5000/,
      );
    }
  });
});

const python = process.env['RLSF_TEST_PYTHON'];
const mlflowAtHand =
  python !== undefined &&
  (await execa(python, ['-c', 'import mlflow.server'], { reject: false })).exitCode === 0;

// Set RLSF_TEST_PYTHON to the path of an interpreter that has mlflow.
describe.skipIf(!mlflowAtHand)('MLflow’s own server (RLSF_TEST_PYTHON with mlflow)', () => {
  it('holds a resumed run with each point once', async () => {
    const folder = await temporaryFolder();
    const port = '5917';
    const store = path.join(folder, 'mlflow.db');
    await writeFile(path.join(folder, 'server.log'), '');
    const server = execa(
      python ?? '',
      ['-m', 'mlflow', 'server', '--port', port, '--backend-store-uri', `sqlite:///${store}`],
      { cwd: folder, reject: false, stdio: 'ignore' },
    );
    onTestFinished(() => void server.kill());
    const address = `http://127.0.0.1:${port}`;
    const env = { MLFLOW_TRACKING_URI: address };
    const first = await openMlflow(trackerContext(folder, { env, timeoutMs: 60_000 }));
    for (const step of [1, 2, 3]) await first.log(step, { reward: step });
    await first.finish('interrupted');
    const run = trackedRun(folder, { resumedAfterStep: 1 });
    const context = trackerContext(folder, { env, run, timeoutMs: 60_000 });
    const second = await openMlflow(context);
    for (const step of [2, 3, 4]) await second.log(step, { reward: step });
    await second.finish('finished');
    const script = `
import json, mlflow
c = mlflow.tracking.MlflowClient('${address}')
r, = c.search_runs([c.get_experiment_by_name('rlsf').experiment_id])
print(json.dumps([r.info.status, r.info.run_name, r.data.params['grpo.beta'],
  [(m.step, m.value) for m in c.get_metric_history(r.info.run_id, 'reward')]]))`;
    const { stdout } = await execa(python ?? '', ['-c', script]);
    expect(JSON.parse(stdout)).toEqual([
      'FINISHED',
      'grpo_tiny_K4_steps3',
      '0.02',
      [1, 2, 3, 4].map((step) => [step, step]),
    ]);
  }, 120_000);
});
