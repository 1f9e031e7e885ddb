import type { Policy } from '../../../policy/index.js';
import { tf } from '../../../tensor/index.js';
import type { Row } from '../../../policy/sampling/rows.js';
import { createAdapters } from './adapters.js';
import type { Job } from './job.js';
import { idsOf, prepare, type PreparationLimits } from './preparation.js';
import { problemFrom, Refusal } from './problems.js';
import { promptLogprobs } from './prompt-logprobs.js';
import type {
  AdapterFacts,
  AdapterSource,
  Answer,
  EngineMessage,
  EngineRequest,
  EngineStart,
  ModelFacts,
  PromptFacts,
  ScoredToken,
  TokenEvent,
  TokenizeInput,
  Work,
} from './protocol.js';
import { createScheduler, type DrawnToken } from './scheduler.js';
import { createSpeller } from './spelling.js';

export type EngineSettings = Pick<
  EngineStart,
  'maxBatch' | 'maxModelLength' | 'cacheBytes' | 'maxWaiting' | 'logprobsMode'
>;

/** A policy that completes what it is sent, and tells what becomes of it. */
export interface PolicyEngine {
  readonly model: ModelFacts;
  /** @throws where the folder holds no adapter of this policy */
  load(adapter: AdapterSource): Promise<AdapterFacts>;
  take(request: Exclude<EngineRequest, { type: 'close' }>): Promise<void>;
  close(): Promise<void>;
}

/** The policy stays its owner's. */
export function openPolicyEngine(
  policy: Policy,
  settings: EngineSettings,
  tell: (message: EngineMessage) => void,
  note: (text: string) => void = () => undefined,
): PolicyEngine {
  const { config, tokenizer, revision } = policy;
  const contextLength = Math.min(config.maxPositions, settings.maxModelLength ?? Infinity);
  const speller = createSpeller(tokenizer);
  const limits: PreparationLimits = { contextLength, longestToken: speller.longest };
  const jobs = new Map<number, Job>();
  const adapters = createAdapters(policy, revision, (key) => scheduler.forget(key));
  const scheduler = createScheduler(policy, {
    maxRows: settings.maxBatch,
    maxLength: contextLength,
    bytes: settings.cacheBytes,
    logprobsMode: settings.logprobsMode,
    onStep: (drawn) => tell({ type: 'tokens', events: drawn.map(eventOf), load: scheduler.load }),
    onEnd(job) {
      jobs.delete(job.id);
      if (job.adapter !== null) adapters.release(job.adapter);
    },
    onFailure(failed, error) {
      note(textOf(error));
      for (const { id } of failed) tell({ type: 'refused', id, problem: problemFrom(null) });
    },
  });

  function complete(id: number, work: Work): void {
    const { waiting } = scheduler.load;
    const rows = work.prompt.length * work.n;
    if (waiting > 0 && waiting + rows > settings.maxWaiting)
      throw new Refusal({
        status: 429,
        type: 'rate_limit_error',
        code: 'queue_full',
        param: null,
        message: `${waiting} completions wait already, of at most ${settings.maxWaiting}. Send it again later.`,
      });
    const adapter = work.adapter === null ? null : adapters.hold(work.adapter);
    try {
      const { promptIds, ...prepared } = prepare(policy, work, limits);
      tell({
        type: 'accepted',
        id,
        prompts: promptIds.map((ids, i) => factsOf(ids, work, work.prompt[i], adapter)),
      });
      const job: Job = {
        id,
        adapter,
        alternatives: work.logprobs,
        samples: work.n,
        ...prepared,
      };
      jobs.set(id, job);
      scheduler.add(job);
    } catch (error) {
      if (adapter !== null) adapters.release(adapter);
      throw error;
    }
  }

  function factsOf(
    ids: number[],
    work: Work,
    input: TokenizeInput,
    adapter: string | null,
  ): PromptFacts {
    const text = input.kind === 'text' ? input.text : tokenizer.decode(ids);
    if (work.promptLogprobs === null) return { ids, text, scored: null };
    const { logprobs, top } = promptLogprobs(policy, adapter, ids, work.promptLogprobs);
    const scored = ids.map((token, place) =>
      place === 0
        ? speller.score(token, null, [])
        : speller.score(token, logprobs[place - 1], top[place - 1] ?? []),
    );
    return { ids, text, scored };
  }

  function eventOf({ job, row, text, likely }: DrawnToken): TokenEvent {
    const token = row.ids[row.ids.length - 1];
    return {
      id: job.id,
      row: row.request * job.samples + row.sample,
      token,
      text,
      finishReason: row.finishReason === 'length' ? 'length' : row.finishReason && 'stop',
      scored: job.alternatives === null ? null : scoredOf(row, token, likely),
    };
  }

  /** The alternatives come from a pass of their own: where the token is among them, its own value counts. */
  function scoredOf(row: Row, token: number, likely: DrawnToken['likely']): ScoredToken {
    const all = settings.logprobsMode === 'raw' ? row.plainLogprobs : row.logprobs;
    const logprob = all[all.length - 1];
    const top = likely.map((each) => (each.id === token ? { id: token, logprob } : each));
    return speller.score(token, logprob, top);
  }

  function answer(id: number, value: Answer): void {
    tell({ type: 'answer', id, value });
  }

  async function handle(request: Exclude<EngineRequest, { type: 'close' }>): Promise<void> {
    const { id } = request;
    switch (request.type) {
      case 'complete':
        return complete(id, request.work);
      case 'cancel': {
        const job = jobs.get(id);
        if (job !== undefined) scheduler.cancel(job);
        return;
      }
      case 'tokenize': {
        const ids = idsOf(policy, request.text, limits);
        const spellings = ids.map((each) => speller.spell(each).text);
        return answer(id, { kind: 'tokens', ids, spellings });
      }
      case 'detokenize':
        return answer(id, {
          kind: 'text',
          text: tokenizer.decode(idsOf(policy, { kind: 'ids', ids: request.ids }, limits)),
        });
      case 'load': {
        const adapter = await adapters.load(request.adapter, request.replace);
        return answer(id, { kind: 'adapter', adapter });
      }
      case 'unload':
        adapters.unload(request.name);
        return answer(id, { kind: 'unloaded' });
    }
  }

  return {
    model: {
      contextLength,
      vocabulary: config.vocabSize,
      revision,
      hasChatTemplate: hasChatTemplate(policy),
      backend: tf.getBackend(),
    },
    load: (adapter) => adapters.load(adapter, false),
    async take(request) {
      try {
        await handle(request);
      } catch (error) {
        const problem = problemFrom(error);
        if (problem.status >= 500) note(textOf(error));
        tell({ type: 'refused', id: request.id, problem });
      }
    },
    async close() {
      await scheduler.close();
    },
  };
}

function hasChatTemplate({ tokenizer: { files } }: Policy): boolean {
  if (files.chatTemplate !== undefined) return true;
  const config = JSON.parse(files.tokenizerConfig) as { chat_template?: unknown };
  return (config.chat_template ?? null) !== null;
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
