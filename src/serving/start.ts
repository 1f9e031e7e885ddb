/** Servers as the library offers them: what they need is loaded when the first one starts. */
import type { CompletionServer, CompletionServerOptions } from './completions/index.js';
import type { RewardServerOptions } from './rewards/index.js';
import type { HttpServer } from './http/index.js';

export type { CompletionServer, CompletionServerOptions, RewardServerOptions };

/**
 * A policy behind OpenAI's interface, in a process of its own (docs/completion-server.md). Listens on this
 * machine alone unless an API key is given; `close()` ends both.
 */
export async function startCompletionServer(
  options: CompletionServerOptions,
): Promise<CompletionServer> {
  const { startCompletionServer: start } = await import('./completions/index.js');
  return start(options);
}

/** Verdicts and rewards over HTTP, for trainers elsewhere (docs/reward-server.md). */
export async function startRewardServer(options: RewardServerOptions): Promise<HttpServer> {
  const { startRewardServer: start } = await import('./rewards/index.js');
  return start(options);
}
