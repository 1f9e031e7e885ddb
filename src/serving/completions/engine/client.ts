import { internalError } from '../../../errors.js';
import { httpError, type HttpError } from '../../http/index.js';
import { createChannel } from './channel.js';
import { openProcess } from './process.js';
import type {
  AdapterFacts,
  AdapterSource,
  Answer,
  EngineMessage,
  EngineProblem,
  EngineRequest,
  EngineStart,
  Load,
  ModelFacts,
  PromptFacts,
  TokenEvent,
  TokenizeInput,
  Work,
} from './protocol.js';

/** The engine's process as the server sees it. */
export interface Engine {
  readonly model: ModelFacts;
  /** The adapters it was started with. */
  readonly adapters: readonly AdapterFacts[];
  /** As of the last step. */
  readonly load: Load;
  readonly pid: number | undefined;
  /** Resolves when the engine has ended by itself, with the reason. */
  readonly died: Promise<string>;
  /** Why nothing can be asked of it; `null` while it runs. */
  readonly dead: string | null;
  /** Resolves when the request is accepted. An abort frees its rows. @throws as it is refused */
  complete(work: Work, signal: AbortSignal): Promise<Completion>;
  tokenize(input: TokenizeInput): Promise<{ ids: number[]; spellings: string[] }>;
  detokenize(ids: number[]): Promise<string>;
  loadAdapter(adapter: AdapterSource, replace: boolean): Promise<AdapterFacts>;
  unloadAdapter(name: string): Promise<void>;
  close(): Promise<void>;
}

export interface Completion {
  prompts: PromptFacts[];
  /** Ends when every row has its finish reason; leaving it early frees the rows. Read it once. */
  tokens: AsyncGenerator<TokenEvent, void, undefined>;
}

interface Asked {
  message(message: EngineMessage): void;
  fail(error: Error): void;
}

/** Starts the process and waits until the policy is loaded. */
export async function startEngine(
  start: EngineStart,
  note: (text: string) => void,
  signal?: AbortSignal,
): Promise<Engine> {
  const { child, ready } = await openProcess(start, note, signal);
  const asked = new Map<number, Asked>();
  let nextId = 1;
  let load: Load = { running: 0, waiting: 0, cacheBytes: 0 };
  let dead: string | null = null;
  let closing = false;

  child.on('message', (message: EngineMessage) => {
    if (message.type === 'tokens') {
      load = message.load;
      for (const event of message.events)
        asked.get(event.id)?.message({ ...message, events: [event] });
    } else if ('id' in message) asked.get(message.id)?.message(message);
  });
  const died = new Promise<string>((resolve) => {
    child.once('close', (code, killed) => {
      dead = closing
        ? 'The engine has ended.'
        : `The engine ended by itself (${killed ?? `exit code ${code}`}).`;
      for (const each of asked.values()) each.fail(httpError(503, 'engine_died', dead));
      asked.clear();
      load = { running: 0, waiting: 0, cacheBytes: 0 };
      if (!closing) resolve(dead);
    });
  });

  function send(request: EngineRequest): void {
    if (dead !== null || !child.connected)
      throw httpError(503, 'engine_died', dead ?? 'The engine is ending.');
    child.send(request, () => undefined);
  }

  function ask(request: (id: number) => EngineRequest): Promise<Answer> {
    const id = nextId++;
    return new Promise<Answer>((resolve, reject) => {
      asked.set(id, {
        message(message) {
          if (message.type === 'answer') resolve(message.value);
          else if (message.type === 'refused') reject(errorOf(message.problem));
        },
        fail: reject,
      });
      send(request(id));
    }).finally(() => asked.delete(id));
  }

  async function answerOf<Kind extends Answer['kind']>(
    kind: Kind,
    request: (id: number) => EngineRequest,
  ): Promise<Extract<Answer, { kind: Kind }>> {
    const answer = await ask(request);
    if (answer.kind === kind) return answer as Extract<Answer, { kind: Kind }>;
    throw internalError(`the engine answered ${answer.kind} where ${kind} was asked for.`);
  }

  function complete(work: Work, gone: AbortSignal): Promise<Completion> {
    gone.throwIfAborted();
    const id = nextId++;
    const channel = createChannel<TokenEvent>();
    let open = work.maxNewTokens === 0 ? 0 : work.prompt.length * work.n;
    /** The last word about it: from here on nothing is listened to. */
    const end = (error?: Error): void => {
      if (!asked.delete(id)) return;
      gone.removeEventListener('abort', cancel);
      channel.end(error);
    };
    const cancel = (): void => {
      if (!asked.has(id)) return;
      end(gone.reason as Error);
      if (dead === null && child.connected) send({ type: 'cancel', id });
    };
    return new Promise((resolve, reject) => {
      asked.set(id, {
        message(message) {
          if (message.type === 'accepted') {
            resolve({ prompts: message.prompts, tokens: channel.read(cancel) });
            if (open === 0) end();
          } else if (message.type === 'tokens') {
            for (const event of message.events) {
              channel.push(event);
              if (event.finishReason !== null) open--;
            }
            if (open === 0) end();
          } else if (message.type === 'refused') this.fail(errorOf(message.problem));
        },
        fail(error) {
          end(error);
          reject(error);
        },
      });
      gone.addEventListener('abort', cancel, { once: true });
      gone.addEventListener('abort', () => reject(gone.reason as Error), { once: true });
      send({ type: 'complete', id, work });
    });
  }

  return {
    model: ready.model,
    adapters: ready.adapters,
    get load() {
      return load;
    },
    pid: child.pid,
    died,
    get dead() {
      return dead;
    },
    complete,
    async tokenize(text) {
      const { ids, spellings } = await answerOf('tokens', (id) => ({ type: 'tokenize', id, text }));
      return { ids, spellings };
    },
    async detokenize(ids) {
      return (await answerOf('text', (id) => ({ type: 'detokenize', id, ids }))).text;
    },
    async loadAdapter(adapter, replace) {
      return (await answerOf('adapter', (id) => ({ type: 'load', id, adapter, replace }))).adapter;
    },
    async unloadAdapter(name) {
      await answerOf('unloaded', (id) => ({ type: 'unload', id, name }));
    },
    async close() {
      closing = true;
      if (dead !== null) return;
      const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
      if (child.connected) child.send({ type: 'close' } satisfies EngineRequest, () => undefined);
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
      await gone;
      clearTimeout(timer);
    },
  };
}

/** The refusal as the reply will say it; see errors.ts of the API for its form. */
function errorOf({ status, code, param, message }: EngineProblem): HttpError {
  return httpError(status, code ?? 'bad_request', message, param === null ? {} : { where: param });
}
