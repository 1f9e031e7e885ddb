import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { internalError } from '../../../errors.js';
import type { CallName, Calls, ReplyMessage, ThreadData } from './calls.js';

/** The compiler in its thread, as the engine sees it. */
export interface CompilerThread {
  /** The lines that stand before the first one; resolved when the compiler has started. */
  ready: Promise<string>;
  call<Name extends CallName>(name: Name, ask: Calls[Name]['ask']): Promise<Calls[Name]['result']>;
  /** The engine sleeps until the answer is there: tslab's executor asks so. */
  callSync<Name extends CallName>(name: Name, ask: Calls[Name]['ask']): Calls[Name]['result'];
  close(): Promise<void>;
}

export function startCompilerThread(libraryTypes: string): CompilerThread {
  const flag = new SharedArrayBuffer(4);
  const state = new Int32Array(flag);
  const worker = startWorker({ libraryTypes, flag });
  const { port1, port2 } = new MessageChannel();
  port1.unref();
  worker.postMessage({ port: port2 }, [port2]);
  let nextId = 1;
  let hasEnded = false;
  const waiting = new Map<number, (reply: ReplyMessage) => void>();
  const failAll = (error: Error): void => {
    for (const settle of waiting.values()) settle({ id: 0, error: error.message });
    waiting.clear();
  };
  const ready = new Promise<string>((resolve, reject) => {
    worker.on('message', (message: ReplyMessage | { prelude: string }) => {
      if ('prelude' in message) {
        resolve(message.prelude);
        worker.unref();
        return;
      }
      waiting.get(message.id)?.(message);
      waiting.delete(message.id);
    });
    worker.on('error', (error) => {
      reject(error);
      failAll(error);
    });
    worker.on('exit', () => {
      hasEnded = true;
      failAll(internalError(ended));
    });
  });
  // Asked for later; until then a failed start is no crash.
  ready.catch(() => {});
  return {
    ready,
    async call(name, ask) {
      await ready;
      const id = nextId++;
      const reply = await new Promise<ReplyMessage>((resolve) => {
        waiting.set(id, resolve);
        worker.postMessage({ id, name, ask, isSync: false });
      });
      return resultOf(reply) as Calls[typeof name]['result'];
    },
    callSync(name, ask) {
      if (hasEnded) throw internalError(ended);
      const id = nextId++;
      Atomics.store(state, 0, 0);
      worker.postMessage({ id, name, ask, isSync: true });
      const until = Date.now() + patience;
      for (;;) {
        const left = until - Date.now();
        if (left <= 0) throw internalError("the compiler's thread does not answer. Try /restart.");
        Atomics.wait(state, 0, 0, left);
        Atomics.store(state, 0, 0);
        const received = receiveMessageOnPort(port1) as { message: ReplyMessage } | undefined;
        // A wake-up may be that of the call before, and an answer that of one given up.
        if (received?.message.id === id)
          return resultOf(received.message) as Calls[typeof name]['result'];
      }
    },
    async close() {
      port1.close();
      await worker.terminate();
    },
  };
}

/** For one conversion on a busy machine, in milliseconds. */
const patience = 60_000;

const ended = "the compiler's thread has ended. Try /restart.";

function startWorker(workerData: ThreadData): Worker {
  const settings = { workerData, execArgv: [], stdout: true, stderr: true };
  const built = new URL('./compiler-thread.js', import.meta.url);
  if (existsSync(fileURLToPath(built))) return new Worker(built, settings);
  // From source: a thread does not take over the loader that its process was started with.
  const source = new URL('./compiler-thread.ts', import.meta.url);
  const loader = import.meta.resolve('tsx/esm/api');
  return new Worker(
    `import(${JSON.stringify(loader)}).then(({ register }) => {
      register();
      return import(${JSON.stringify(source.href)});
    });`,
    { ...settings, eval: true },
  );
}

function resultOf({ result, error }: ReplyMessage): unknown {
  if (error !== undefined) throw internalError(`the compiler failed: ${error}`);
  return result;
}
