/**
 * MLflow's tracking server by its REST interface, version 2.0 (mlflow.org/docs, «REST API»).
 * Environment: MLFLOW_TRACKING_URI, MLFLOW_TRACKING_TOKEN or MLFLOW_TRACKING_USERNAME and
 * MLFLOW_TRACKING_PASSWORD, MLFLOW_EXPERIMENT_NAME, MLFLOW_RUN_ID.
 */
import { finiteOnly, flattenConfig, mlflowName } from './names.js';
import type { HttpAnswer, Server } from './http.js';
import { field, refusal, requestJson } from './http.js';
import type { TrackedRow } from './queue.js';
import { queueTracker, RefusedError } from './queue.js';
import { readTrackerId, writeTrackerId } from './state.js';
import type { RunEnd, Tracker, TrackerContext } from './tracker.js';

/** What the server takes in one `log-batch`. */
const METRICS_PER_BATCH = 1000;
const PARAMS_PER_BATCH = 100;
/** The shortest limit of the releases in use; a longer value is cut. */
const MAX_PARAM_LENGTH = 500;

const statuses = { finished: 'FINISHED', interrupted: 'KILLED', failed: 'FAILED' } as const;

/**
 * A run under the experiment MLFLOW_EXPERIMENT_NAME (or the project): parameters from the config,
 * metrics under their bare names. MLflow only ever appends: a resumed run goes on in the same run,
 * and what that run already has of a metric (by step) is not sent again, nor is it after an answer
 * that got lost.
 */
export async function openMlflow(context: TrackerContext): Promise<Tracker> {
  const { run, timeoutMs, now, onWarning } = context;
  const server = mlflowServer(context);
  let runId = '';
  /** The last step the server has, by metric; `null`: to be asked for. */
  let reached: Map<string, number> | null = null;
  const call = (
    method: 'GET' | 'POST',
    what: string,
    signal: AbortSignal,
    body?: unknown,
  ): Promise<HttpAnswer> => requestJson(server, method, `api/2.0/mlflow/${what}`, { signal, body });
  const post = async (what: string, signal: AbortSignal, body: unknown): Promise<unknown> => {
    const answer = await call('POST', what, signal, body);
    if (answer.status !== 200) throw refusal(`MLflow ${what}`, answer, server.remedy);
    return answer.body;
  };

  async function begin(signal: AbortSignal): Promise<void> {
    const given = context.env.MLFLOW_RUN_ID || null;
    const stored = run.resumedAfterStep === null ? null : await readTrackerId(run.folder, 'mlflow');
    const known = given ?? stored;
    if (known !== null) {
      await post('runs/update', signal, { run_id: known, status: 'RUNNING' });
      runId = known;
      return;
    }
    // The second time round, where only the parameters had not arrived.
    if (runId === '') await createRun(signal);
    const params = flattenConfig(run.config).map(([key, value]) => ({
      key: mlflowName(key),
      value: paramText(value),
    }));
    for (const part of chunks(params, PARAMS_PER_BATCH)) {
      await post('runs/log-batch', signal, { run_id: runId, params: part });
    }
  }

  async function createRun(signal: AbortSignal): Promise<void> {
    // By a tag, which servers of all ages take for the run's name.
    const tags = { 'mlflow.runName': run.name, method: run.method, ...run.tags };
    const created = await post('runs/create', signal, {
      experiment_id: await experimentId(signal),
      start_time: now(),
      tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
    });
    runId = String(field(created, 'run', 'info', 'run_id'));
    reached = new Map();
    await writeTrackerId(run.folder, 'mlflow', runId);
  }

  async function experimentId(signal: AbortSignal): Promise<string> {
    const name = context.env.MLFLOW_EXPERIMENT_NAME || context.project;
    const byName = `experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`;
    let answer = await call('GET', byName, signal);
    if (answer.status === 404) {
      const created = await call('POST', 'experiments/create', signal, { name });
      if (created.status === 200) return String(field(created.body, 'experiment_id'));
      // Another run may have made it in the meantime.
      answer = await call('GET', byName, signal);
      if (answer.status !== 200) throw refusal('MLflow experiments/create', created, server.remedy);
    }
    if (answer.status !== 200)
      throw refusal('MLflow experiments/get-by-name', answer, server.remedy);
    if (field(answer.body, 'experiment', 'lifecycle_stage') === 'deleted') {
      throw new RefusedError(
        `expected an experiment in use, but ${name} is deleted there. Restore it, or name another by MLFLOW_EXPERIMENT_NAME.`,
      );
    }
    return String(field(answer.body, 'experiment', 'experiment_id'));
  }

  async function send(rows: readonly TrackedRow[], signal: AbortSignal): Promise<void> {
    const has = reached ?? (await lastSteps(signal));
    // Until the answer is here, nothing is certain.
    reached = null;
    const metrics = rows.flatMap(({ step, metrics: figures, timeMs }) =>
      Object.entries(finiteOnly(figures))
        .map(([name, value]) => ({ key: mlflowName(name), value, timestamp: timeMs, step }))
        .filter(({ key }) => key !== 'step' && step > (has.get(key) ?? -1)),
    );
    for (const part of chunks(metrics, METRICS_PER_BATCH)) {
      await post('runs/log-batch', signal, { run_id: runId, metrics: part });
    }
    for (const { key, step } of metrics) has.set(key, step);
    reached = has;
  }

  async function lastSteps(signal: AbortSignal): Promise<Map<string, number>> {
    const what = `runs/get?run_id=${encodeURIComponent(runId)}`;
    const answer = await call('GET', what, signal);
    if (answer.status !== 200) throw refusal('MLflow runs/get', answer, server.remedy);
    const metrics = field(answer.body, 'run', 'data', 'metrics');
    return new Map(
      (Array.isArray(metrics) ? metrics : []).map((metric: unknown) => [
        String(field(metric, 'key')),
        Number(field(metric, 'step') ?? 0),
      ]),
    );
  }

  const end = async (status: RunEnd, signal: AbortSignal): Promise<void> => {
    await post('runs/update', signal, { run_id: runId, status: statuses[status], end_time: now() });
  };
  return queueTracker({ begin, send, end }, { name: 'MLflow', timeoutMs, now, onWarning });
}

function mlflowServer({ env, timeoutMs }: TrackerContext): Server {
  const address = env.MLFLOW_TRACKING_URI ?? '';
  if (!/^https?:\/\//.test(address)) {
    throw new RefusedError(
      `expected the address of a tracking server (http:// or https://) in MLFLOW_TRACKING_URI, got ${JSON.stringify(address)}. Start one (\`mlflow server --port 5000\`, which also reads a local store by --backend-store-uri) and set MLFLOW_TRACKING_URI=http://127.0.0.1:5000.`,
    );
  }
  const url = new URL(address);
  const { MLFLOW_TRACKING_TOKEN: token } = env;
  // A name and a password may stand in the address, where `fetch` takes none.
  const user = env.MLFLOW_TRACKING_USERNAME || decodeURIComponent(url.username);
  const password = env.MLFLOW_TRACKING_PASSWORD || decodeURIComponent(url.password);
  const authorization = user
    ? `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
    : token
      ? `Bearer ${token}`
      : null;
  return {
    address: `${url.origin}${url.pathname}`,
    headers: authorization === null ? {} : { authorization },
    timeoutMs,
    remedy:
      'Check MLFLOW_TRACKING_URI, and MLFLOW_TRACKING_TOKEN or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.',
  };
}

function paramText(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined');
  return text.length > MAX_PARAM_LENGTH ? `${text.slice(0, MAX_PARAM_LENGTH - 1)}…` : text;
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
