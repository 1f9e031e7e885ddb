import { availableParallelism } from 'node:os';
import type { Config } from '../../experiments/index.js';
import { openRewards } from '../../experiments/index.js';
import type { RewardEntry } from '../../experiments/config/sections/reward.js';
import { advantageSettings, tokenScheme } from '../../experiments/methods/advantages.js';
import {
  configRewards,
  judgeOptions,
  openConfigJudge,
  openJudgeAt,
  taskOptions,
} from '../../experiments/workplace/index.js';
import { loadTokenizer, tokenizerFolder } from '../../policy/index.js';
import type { PolicyTokenizer, SourceOptions } from '../../policy/index.js';
import { mostInFlight } from '../../sandbox/remote/protocol.js';
import type { Task } from '../../tasks/index.js';
import { openTask } from '../../tasks/index.js';
import { Gauge, createFairQueue, startHttpServer } from '../http/index.js';
import type { HttpMetrics, HttpServer, HttpServerOptions } from '../http/index.js';
import { dataRoutes } from './data-routes.js';
import { judgeRoute } from './judge-route.js';
import { createJudging } from './judging.js';
import type { RewardLimits } from './limits.js';
import { defaultRewardLimits } from './limits.js';
import { openrlhfRoute } from './openrlhf-route.js';
import { createTokenizers } from './parts.js';
import type { RewardParts } from './parts.js';
import { createProblemBook } from './problem-book.js';
import { rewardsRoute } from './rewards-route.js';
import { runCodeRoute } from './run-code-route.js';
import { createRunJudges } from './run-judges.js';
import { submitRoutes } from './submit-route.js';

export interface RewardServerOptions extends Pick<
  HttpServerOptions,
  'host' | 'port' | 'keys' | 'insecure' | 'note'
> {
  /** Its judge, its reward, its token scheme and advantages, its task. */
  config: Config;
  /** Further tasks whose problems can be named. @default none but the config's */
  tasks?: readonly string[];
  /** In place of the config's reward. */
  rewards?: readonly RewardEntry[];
  /** Folders or Hub ids of tokenizers that requests may name. @default none */
  tokenizers?: readonly string[];
  /** A number for what could not be scored, for OpenRLHF. @default null: the request fails */
  unscorable?: number | null;
  limits?: Partial<RewardLimits>;
  http?: HttpServerOptions['limits'];
  source?: SourceOptions;
}

/** Opens what the config names, and listens. `stop` ends requests in progress first, then the judge. */
export async function startRewardServer(options: RewardServerOptions): Promise<HttpServer> {
  const { config, source = {}, unscorable = null } = options;
  const limits = { ...defaultRewardLimits, ...options.limits };
  const rewards = await (options.rewards ? openRewards(options.rewards) : configRewards(config));
  const book = createProblemBook(await openTasks(config, options.tasks ?? [], source));
  const tokenizers = new Map<string, PolicyTokenizer>();
  for (const name of options.tokenizers ?? []) {
    const { folder } = await tokenizerFolder(name, source);
    tokenizers.set(name, await loadTokenizer(folder));
  }
  const judging = judgeOptions(config);
  const { redis } = config.judge;
  const judge = await openConfigJudge(config, [], options.note);
  const runJudges = createRunJudges((asked) => openJudgeAt(config.judge, { ...judging, ...asked }));
  const closeJudges = async (): Promise<void> => {
    await Promise.all([judge.close(), runJudges.close()]);
  };
  const routes = (metrics: HttpMetrics): ReturnType<typeof judgeRoute>[] => {
    // Pieces at a time: as many as are judged here, or as the workers' queue takes of one caller.
    const here = judging.workers ?? availableParallelism();
    const queue = createFairQueue({ concurrency: redis === null ? here : mostInFlight });
    new Gauge({
      name: 'rlsf_rewards_pieces_waiting',
      help: 'Pieces of work (up to 8 completions of one problem) that wait for their turn.',
      registers: [metrics.registry],
      collect() {
        this.set(queue.waiting);
      },
    });
    const parts: RewardParts = {
      judge,
      runJudges,
      judging: createJudging(queue, metrics),
      book,
      rewards,
      tokenizers: createTokenizers(tokenizers),
      advantages: { ...advantageSettings(config), tokenScheme: tokenScheme(config) },
      unscorable,
      limits,
    };
    return [
      judgeRoute(parts),
      rewardsRoute(parts),
      openrlhfRoute(parts),
      runCodeRoute(parts),
      ...submitRoutes(parts),
      ...dataRoutes(parts),
    ];
  };
  if (redis !== null)
    options.note?.(
      `judged by the workers of ${redis}, what /run_code and /submit send too: ${judge.toolchain}, ${judge.isolation}`,
    );
  try {
    const server = await startHttpServer(
      {
        title: 'rlsf reward server',
        description:
          'Judges completions (compiler, sanitizers, tests, worked answers) and scores them, for trainers on other machines. docs/reward-server.md has examples.',
        metrics: 'rlsf_rewards',
        host: options.host,
        port: options.port,
        keys: options.keys,
        insecure: options.insecure,
        note: options.note,
        limits: options.http,
      },
      routes,
    );
    return {
      ...server,
      async stop() {
        await server.stop();
        await closeJudges();
      },
    };
  } catch (error) {
    await closeJudges();
    throw error;
  }
}

async function openTasks(
  config: Config,
  further: readonly string[],
  source: SourceOptions,
): Promise<Task[]> {
  const { task } = config;
  const own = taskOptions(config, source);
  const names = [...new Set([...(task.name === null ? [] : [task.name]), ...further])];
  return Promise.all(names.map((name) => openTask(name, name === task.name ? own : source)));
}
