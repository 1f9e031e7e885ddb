/**
 * A trackio server by its HTTP interface, version 1: `POST api/bulk_log` with `{kwargs: {logs}}`.
 * Environment: TRACKIO_SERVER_URL (its `write_token` may stand in it) and TRACKIO_WRITE_TOKEN, or
 * TRACKIO_SPACE_ID and HF_TOKEN; TRACKIO_PROJECT.
 */
import { createHash } from 'node:crypto';
import { finiteOnly, flattenConfig, trackedMetrics } from './names.js';
import type { Server } from './http.js';
import { field, refusal, requestJson } from './http.js';
import type { TrackedRow } from './queue.js';
import { queueTracker, RefusedError } from './queue.js';
import { readTrackerId, writeTrackerId } from './state.js';
import type { Tracker, TrackerContext } from './tracker.js';

const API_VERSION = 1;

/**
 * A run of the project TRACKIO_PROJECT (or the one given). Each row carries an id made from run,
 * step and metric names, and the server leaves out a row whose id it has: nothing doubles, neither
 * when an answer got lost nor when a resumed run makes a step again.
 */
export async function openTrackio(context: TrackerContext): Promise<Tracker> {
  const { run, env, timeoutMs, now, onWarning } = context;
  const server = trackioServer(context);
  const project = env.TRACKIO_PROJECT || context.project;
  let runId = '';
  let configSent = run.resumedAfterStep !== null;

  async function begin(signal: AbortSignal): Promise<void> {
    const answer = await requestJson(server, 'GET', 'version', { signal });
    if (field(answer.body, 'api_version') !== API_VERSION) {
      throw refusal(
        `trackio ${server.address}`,
        answer,
        `Expected a trackio server whose /version gives api_version ${API_VERSION}; update trackio there (\`pip install -U trackio\`).`,
      );
    }
    const known = run.resumedAfterStep === null ? null : await readTrackerId(run.folder, 'trackio');
    runId = known ?? idOf([run.folder, run.name, String(now())]);
    await writeTrackerId(run.folder, 'trackio', runId);
  }

  async function send(rows: readonly TrackedRow[], signal: AbortSignal): Promise<void> {
    const logs = rows.map(({ step, metrics }, i) => ({
      project,
      run: run.name,
      run_id: runId,
      step,
      metrics: { ...trackedMetrics(finiteOnly(metrics)), 'train/global_step': step },
      config: configSent || i > 0 ? null : trackioConfig(context),
      log_id: idOf([runId, String(step), ...Object.keys(metrics).sort()]),
    }));
    const answer = await requestJson(server, 'POST', 'api/bulk_log', {
      signal,
      body: { args: [], kwargs: { logs, hf_token: server.hubToken } },
    });
    const refused = answer.status !== 200 || (field(answer.body, 'error') ?? null) !== null;
    if (refused) throw refusal('trackio bulk_log', answer, server.remedy);
    configSent = true;
  }

  return queueTracker(
    // A trackio run has no end of its own: it is what was logged last.
    { begin, send, end: async () => undefined },
    { name: 'trackio', timeoutMs, now, onWarning },
  );
}

function trackioServer({ env, timeoutMs }: TrackerContext): Server & { hubToken: string | null } {
  const space = env.TRACKIO_SPACE_ID ?? '';
  const given = env.TRACKIO_SERVER_URL || (space.includes('/') ? spaceAddress(space) : '');
  if (!/^https?:\/\//.test(given)) {
    throw new RefusedError(
      'expected the address of a trackio server in TRACKIO_SERVER_URL (what `trackio show` prints, with its write_token), or a Space in TRACKIO_SPACE_ID (owner/name). Set one of them.',
    );
  }
  const url = new URL(given);
  const token = env.TRACKIO_WRITE_TOKEN || url.searchParams.get('write_token');
  const onHub = url.hostname.endsWith('.hf.space');
  // The Hub's token goes to the Hub only.
  const hubToken = (onHub && env.HF_TOKEN) || null;
  return {
    hubToken,
    address: `${url.origin}${url.pathname}`,
    headers: {
      ...(token ? { 'x-trackio-write-token': token } : {}),
      ...(hubToken === null ? {} : { authorization: `Bearer ${hubToken}` }),
    },
    timeoutMs,
    remedy: onHub
      ? 'Check TRACKIO_SPACE_ID, and that HF_TOKEN may write to it.'
      : 'Check TRACKIO_SERVER_URL and TRACKIO_WRITE_TOKEN (the server prints both when it starts).',
  };
}

function spaceAddress(space: string): string {
  return `https://${space.replace('/', '-').toLowerCase().replace(/[_.]/g, '-')}.hf.space`;
}

function trackioConfig({ run }: TrackerContext): Record<string, unknown> {
  return { ...Object.fromEntries(flattenConfig(run.config)), method: run.method, ...run.tags };
}

function idOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
