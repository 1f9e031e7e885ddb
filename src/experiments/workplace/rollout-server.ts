/** A server that samples in the place of the policy: who is asked, and how it gets the policy's weights. */
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { isRlsfError, RlsfError } from '../../errors.js';
import type { Policy, RemoteAdapters, TextGenerator } from '../../policy/index.js';
import { openRemoteAdapters, openRemoteGenerator, saveAdapter } from '../../policy/index.js';
import type { Config } from '../config/index.js';

export interface RolloutServer {
  /** Samples from the weights that the server has now. */
  readonly generator: TextGenerator;
  readonly onNote: (message: string) => void;
  /**
   * Before a step samples: brings the policy's adapter to the server, if it is due and the server allows
   * it. Where not, that is said once.
   */
  bringWeights(step: number, run: { name: string; folder: string }): Promise<void>;
  /** Takes the adapter away from the server. */
  close(): Promise<void>;
}

interface OpenOptions {
  readonly signal?: AbortSignal;
  readonly onNote?: (message: string) => void;
}

export async function openRolloutServer(
  config: Config,
  policy: Policy,
  options: OpenOptions = {},
): Promise<RolloutServer> {
  const { grpo } = config;
  const { signal, onNote = () => undefined } = options;
  const endpoint = grpo.vllm_server_base_url ?? '';
  const timeoutMs = Math.ceil(grpo.vllm_server_timeout * 1000);
  const prompts = grpo.prompts_per_step * grpo.gradient_accumulation_steps;
  const open = (model: string | null, revision: string | null): Promise<TextGenerator> =>
    advised(() =>
      openRemoteGenerator({
        endpoint,
        ...(model === null ? {} : { model }),
        tokenizer: policy.tokenizer,
        logprobsMode: grpo.vllm_logprobs_mode,
        concurrency: Math.min(1024, Math.max(8, prompts)),
        timeoutMs,
        retries: grpo.vllm_server_retries,
        signal,
      }),
    ).then((generator) => ({
      ...generator,
      revision,
      generate: (...asked) => advised(() => generator.generate(...asked)),
    }));

  const adapters: RemoteAdapters = await openRemoteAdapters({ endpoint, timeoutMs });
  let generator = await open(grpo.vllm_server_model, null);
  let syncSteps = grpo.vllm_adapter_sync_steps;
  let served: string | null = null;
  let pushes = 0;
  const isFrozen = (why: string): void => {
    syncSteps = null;
    onNote(
      `${endpoint} samples from weights that do not follow the training: ${why}. The gap is in the metrics sampling/….`,
    );
  };
  if (syncSteps === null) isFrozen('grpo.vllm_adapter_sync_steps is null');
  else if (!config.policy.use_peft) isFrozen('policy.use_peft is false, and only adapters travel');

  return {
    get generator() {
      return generator;
    },
    onNote,
    async bringWeights(step, run) {
      if (syncSteps === null) return;
      if (served !== null && (step - 1) % syncSteps !== 0) return;
      const below = path.resolve(grpo.vllm_adapter_folder ?? path.join(run.folder, 'served'));
      const kept = `${run.name}-step-${step}`;
      await saveAdapter(policy, path.join(below, kept));
      // Two names take turns, so that one is served while the other is read, and no kill leaves more.
      const name = `${run.name}-${pushes++ % 2}`;
      const seen = path.join(grpo.vllm_adapter_path ?? below, kept);
      const push = await advised(() => adapters.load(name, seen, signal));
      if (push.state === 'refused') {
        await rm(path.join(below, kept), { recursive: true, force: true });
        isFrozen(`it takes no adapters (${push.reason})`);
        return;
      }
      const before = generator;
      generator = await open(name, policy.revision);
      served = name;
      await before.close();
      await adapters.unload(`${run.name}-${pushes % 2}`, signal);
      await removeOlder(below, run.name, kept);
    },
    async close() {
      await generator.close();
      // A server that is gone or hangs holds nobody up.
      const soon = AbortSignal.timeout(10_000);
      if (served !== null) await adapters.unload(served, soon).catch(() => undefined);
    },
  };
}

/** What went before is read no more. */
async function removeOlder(folder: string, run: string, kept: string): Promise<void> {
  const isOlder = (name: string): boolean => name.startsWith(`${run}-step-`) && name !== kept;
  for (const name of (await readdir(folder)).filter(isOlder)) {
    await rm(path.join(folder, name), { recursive: true, force: true });
  }
}

/** A failure of the server ends the run; it says how to go on. */
async function advised<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isRlsfError(error)) throw error;
    const message = `${error.message} A run that was under way goes on from its last checkpoint: rlsf train grpo --resume NAME.`;
    throw new RlsfError(error.tag, message, { cause: error });
  }
}
