import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { environmentError, inputError, internalError } from '../../../errors.js';
import type { EngineMessage, EngineStart } from './protocol.js';

type Ready = Extract<EngineMessage, { type: 'ready' }>;

/**
 * The engine's process with the policy loaded; its messages from here on are the caller's to listen to.
 * @param note gets what it writes on standard error
 * @throws what kept it from loading the policy
 */
export async function openProcess(
  start: EngineStart,
  note: (text: string) => void,
  signal?: AbortSignal,
): Promise<{ child: ChildProcess; ready: Ready }> {
  signal?.throwIfAborted();
  const child = launch(start, note);
  const abort = (): void => void child.kill('SIGKILL');
  signal?.addEventListener('abort', abort, { once: true });
  const ready = await opened(child).finally(() => signal?.removeEventListener('abort', abort));
  return { child, ready };
}

function launch(start: EngineStart, note: (text: string) => void): ChildProcess {
  const built = fileURLToPath(new URL('./main.js', import.meta.url));
  const file = existsSync(built) ? built : fileURLToPath(new URL('./main.ts', import.meta.url));
  const child = fork(file, [JSON.stringify(start)], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: file.endsWith('.ts') ? ['--import', 'tsx'] : [],
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => note(text.trimEnd()));
  return child;
}

function opened(child: ChildProcess): Promise<Ready> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: EngineMessage): void => {
      if (message.type === 'ready') settle(() => resolve(message));
      if (message.type === 'failed')
        settle(() =>
          reject(
            message.tag === 'environment'
              ? environmentError(message.message)
              : message.tag === 'internal'
                ? internalError(message.message)
                : inputError(message.message),
          ),
        );
    };
    const onClose = (code: number | null, signal: string | null): void =>
      settle(() =>
        reject(
          environmentError(
            `The engine ended before it was ready (${signal ?? `exit code ${code}`}).`,
          ),
        ),
      );
    const onError = (error: Error): void =>
      settle(() => reject(environmentError(`The engine could not be started: ${error.message}`)));
    const settle = (act: () => void): void => {
      child.off('message', onMessage).off('close', onClose).off('error', onError);
      child.on('error', () => undefined);
      act();
    };
    child.on('message', onMessage).on('close', onClose).on('error', onError);
  });
}
