import { createServer, request as httpRequest, type Server } from 'node:http';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configFromObject } from '../../src/experiments/config/index.js';
import { loadConfig, readMetrics, train, trainPretrain } from '../../src/experiments/index.js';
import type { RunOptions } from '../../src/experiments/run/active-run.js';
import { openRemoteAdapters, openRemoteGenerator } from '../../src/policy/index.js';
import { readRollouts } from '../../src/rollouts/index.js';
import {
  startCompletionServer,
  type CompletionServer,
} from '../../src/serving/completions/index.js';
import { tinyOptions } from './killed-runs.js';
import { hasCompiler, tinyPretrain } from './tiny.js';

let folder = '';
let model = '';
let server: CompletionServer;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-rollout-server-'));
  const reward =
    'export default (rollouts) => rollouts.map(({ completion }) => completion.length);\n';
  await writeFile(path.join(folder, 'characters.js'), reward);
  model = (await trainPretrain(tinyPretrain(path.join(folder, 'policy')))).paths.model ?? '';
  server = await startCompletionServer({ policy: model, name: 'base', adapterRoot: folder });
}, 120_000);
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Three steps that surely move the weights: a reward that tells any two texts apart. */
async function trained(
  name: string,
  url: string,
  more: readonly string[] = [],
  options: RunOptions = {},
): Promise<{ warnings: string[]; metrics: Record<string, number>[]; revisions: string[][] }> {
  const config = await loadConfig(null, {
    env: {},
    set: [
      ...tinyOptions('grpo', model, path.join(folder, name)),
      `judge.cache=${path.join(folder, 'cache')}`,
      'grpo.max_steps=3',
      'grpo.num_iterations=1',
      'grpo.beta=0',
      'grpo.learning_rate=0.005',
      'evaluation.eval_steps=null',
      'run.save_steps=1',
      'policy.lora_dropout=0',
      `reward.functions=${JSON.stringify([path.join(folder, 'characters.js')])}`,
      'grpo.use_vllm=true',
      `grpo.vllm_server_base_url=${url}/v1`,
      'grpo.vllm_server_retries=0',
      ...more,
    ],
  });
  const warnings: string[] = [];
  await train('grpo', config, {
    ...options,
    emit(event) {
      if (event.type === 'warning') warnings.push(event.message);
      options.emit?.(event);
    },
  });
  return { warnings, ...recorded(name), metrics: await metricsOf(name) };
}

async function metricsOf(name: string): Promise<Record<string, number>[]> {
  return (await readMetrics(path.join(folder, name, 'run', 'metrics.jsonl'))) as Record<
    string,
    number
  >[];
}

/** Of each step, the weights that its rollouts name. */
function recorded(name: string): { revisions: string[][] } {
  const revisions: Set<string>[] = [];
  for (const { step, modelRevision } of readRollouts(
    path.join(folder, name, 'run', 'rollouts.jsonl'),
  )) {
    (revisions[step - 1] ??= new Set()).add(modelRevision);
  }
  return { revisions: revisions.map((each) => [...each]) };
}

const gap = 'sampling/sampling_logp_difference/mean';
const ratio = 'sampling/importance_sampling_ratio/mean';
const about = (warnings: string[]): string[] =>
  warnings.filter((message) => message.includes('do not follow'));

describe.skipIf(!hasCompiler)('GRPO with rollouts from a server (needs g++)', () => {
  it('samples on policy where the server takes the adapter before each step', async () => {
    const { warnings, metrics, revisions } = await trained('pushed', server.url);
    expect(about(warnings)).toEqual([]);
    expect(metrics).toHaveLength(3);
    for (const row of metrics) {
      expect(row[gap]).toBeLessThan(1e-3);
      expect(Math.abs(row[ratio] - 1)).toBeLessThan(1e-2);
    }
    expect(new Set(revisions.flat()).size).toBe(3);
    expect(readdirSync(path.join(folder, 'pushed', 'run', 'served'))).toEqual(['run-step-3']);
    expect(server.models).toEqual(['base']);
  }, 120_000);

  it('at another temperature takes the log-probabilities of what was drawn from', async () => {
    const warm = ['sampling.temperature=0.7', 'grpo.vllm_logprobs_mode=processed'];
    const options = { policy: model, name: 'base', adapterRoot: folder };
    const processed = await startCompletionServer({ ...options, logprobsMode: 'processed' });
    try {
      const { metrics } = await trained('processed', processed.url, warm);
      for (const row of metrics) {
        expect(row[gap]).toBeLessThan(1e-3);
        expect(Math.abs(row[ratio] - 1)).toBeLessThan(1e-2);
      }
    } finally {
      await processed.stop();
    }
    // The same with a server that was not told to: the gap shows it.
    const { metrics } = await trained('not-processed', server.url, warm);
    expect(metrics[0][gap]).toBeGreaterThan(0.01);
  }, 120_000);

  it('brings the adapter every so many steps: the gap is that of the steps between', async () => {
    const { metrics } = await trained('seldom', server.url, ['grpo.vllm_adapter_sync_steps=2']);
    expect(metrics[0][gap]).toBeLessThan(1e-3);
    expect(metrics[1][gap]).toBeGreaterThan(0.01);
    expect(metrics[2][gap]).toBeLessThan(1e-3);
  }, 120_000);

  it('goes on with frozen weights where it refuses, says so once, and the gap grows', async () => {
    const closed = await startCompletionServer({ policy: model, name: 'base' });
    try {
      const { warnings, metrics, revisions } = await trained('frozen', closed.url);
      expect(about(warnings)).toEqual([expect.stringMatching(/takes no adapters \(403: /)]);
      expect(metrics[0][gap]).toBeLessThan(1e-3);
      expect(metrics[1][gap]).toBeGreaterThan(0.01);
      expect(metrics[2][gap]).toBeGreaterThan(metrics[1][gap]);
      expect(Math.abs(metrics[2][ratio] - 1)).toBeGreaterThan(0.01);
      expect(metrics[2]['sampling/importance_sampling_ratio/max']).toBeLessThanOrEqual(3);
      expect(revisions).toEqual([['base'], ['base'], ['base']]);

      const uncorrected = await trained('uncorrected', closed.url, [
        'grpo.vllm_importance_sampling_correction=false',
      ]);
      expect(uncorrected.metrics[2][gap]).toBeUndefined();
      // The first step is on policy, so both make the same of it; then the weights count.
      const apart = (step: number): number =>
        Math.abs(metrics[step - 1].loss - uncorrected.metrics[step - 1].loss);
      expect(apart(1)).toBeLessThan(1e-3);
      expect(apart(2)).toBeGreaterThan(1e-2);
    } finally {
      await closed.stop();
    }
  }, 120_000);

  it('stops with a remedy where the server goes in the middle of a step, and resumes', async () => {
    const between = await startBreakable(server.url);
    try {
      // Step 1 asks twice; step 2 gets one answer, and then there is nobody.
      between.breakAfter(3);
      await expect(trained('gone', between.url)).rejects.toThrow(
        /completions .*failed: .*server.*--resume/s,
      );
      expect((await metricsOf('gone')).map(({ step }) => step)).toEqual([1]);
      between.breakAfter(Infinity);
      const { metrics, revisions } = await trained('gone', between.url, [], {
        resume: path.join(folder, 'gone', 'run'),
      });
      expect(metrics.map(({ step }) => step)).toEqual([1, 2, 3]);
      for (const row of metrics) expect(row[gap]).toBeLessThan(1e-3);
      expect(revisions.map((each) => each.length)).toEqual([1, 1, 1]);
    } finally {
      await between.close();
    }
  }, 120_000);

  it('names the models of a server that lacks the one asked for, and a server that is not there', async () => {
    await expect(
      trained('wrong', server.url, [
        'grpo.vllm_server_model=another',
        'grpo.vllm_adapter_sync_steps=null',
      ]),
    ).rejects.toThrow(/404.*The server's models: base/);
    await expect(trained('away', 'http://127.0.0.1:9')).rejects.toThrow(/\/models failed: /);
    expect(existsSync(path.join(folder, 'away', 'run', 'rollouts.jsonl'))).toBe(false);
  }, 120_000);
});

describe('openRemoteAdapters', () => {
  it('puts an adapter in the place of one of its name, and refuses what the server cannot read', async () => {
    const adapters = await openRemoteAdapters({ endpoint: server.url });
    const adapter = path.join(folder, 'pushed', 'run', 'served', 'run-step-3');
    for (let time = 0; time < 2; time++)
      expect(await adapters.load('twice', adapter)).toEqual({ state: 'loaded' });
    expect(server.models).toEqual(['base', 'twice']);
    await adapters.unload('twice');
    await adapters.unload('twice');
    expect(server.models).toEqual(['base']);
    await expect(adapters.load('other', os.tmpdir())).rejects.toThrow(
      /answered 400 to the adapter .*grpo\.vllm_adapter_path/,
    );
  });

  it.each([
    [404, { detail: 'Not Found' }, 'refused'],
    [404, { error: { message: 'Cannot POST /v1/load_lora_adapter' } }, 'refused'],
    [405, 'no', 'refused'],
    [404, { error: { message: 'Loading lora x failed: No adapter found for /a' } }, 'thrown'],
    [500, 'out of memory', 'thrown'],
  ])('tells a missing route from a missing adapter: %s %j is %s', async (status, body, what) => {
    const other = createServer((_, response) => {
      response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
    });
    const url = await listening(other);
    try {
      const adapters = await openRemoteAdapters({ endpoint: url });
      const state = await adapters.load('x', '/a').then(
        (push) => push.state,
        () => 'thrown',
      );
      expect(state).toBe(what);
    } finally {
      other.close();
    }
  });
});

describe('the config', () => {
  it('wants an address, and log-probabilities of what is sampled', () => {
    const grpo = { use_vllm: true };
    expect(() => configFromObject({ grpo })).toThrow(/vllm_server_base_url/);
    const addressed = { ...grpo, vllm_server_base_url: 'http://localhost:8000/v1' };
    expect(() => configFromObject({ grpo: addressed, sampling: { temperature: 0.8 } })).toThrow(
      /vllm_logprobs_mode.*processed/s,
    );
    const processed = { ...addressed, vllm_logprobs_mode: 'processed' };
    expect(() =>
      configFromObject({ grpo: processed, sampling: { temperature: 0.8 } }),
    ).not.toThrow();
  });
});

describe('openRemoteGenerator', () => {
  it('sends the ids of a prompt as they are', async () => {
    const generator = await openRemoteGenerator({ endpoint: server.url, model: 'base' });
    const settings = {
      temperature: 1,
      topK: 0,
      topP: 1,
      minP: 0,
      maxNewTokens: 2,
      stop: [],
      seed: 1,
    };
    const promptIds = [5, 6, 7];
    const [{ promptIds: read }] = await generator.generate(
      [{ prompt: 'not this', promptIds, n: 1, seed: 1 }],
      settings,
    );
    expect(read).toEqual(promptIds);
    await generator.close();
  });
});

/** Real HTTP in between, which breaks connections off after so many requests for completions. */
async function startBreakable(
  target: string,
): Promise<{ url: string; breakAfter(count: number): void; close(): Promise<void> }> {
  let left = Infinity;
  const proxy = createServer((incoming, outgoing) => {
    if (incoming.url?.endsWith('/completions') === true) left--;
    if (left < 0) {
      outgoing.destroy();
      return;
    }
    const { method, headers } = incoming;
    const onward = httpRequest(`${target}${incoming.url ?? ''}`, { method, headers }, (reply) => {
      outgoing.writeHead(reply.statusCode ?? 500, reply.headers);
      reply.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  const url = await listening(proxy);
  return {
    url,
    breakAfter: (count) => (left = count),
    close: () =>
      new Promise((resolve) => {
        proxy.close(() => resolve());
        proxy.closeAllConnections();
      }),
  };
}

function listening(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}
