import { loadPolicy } from '../../../policy/index.js';
import { selectBackend } from '../../../tensor/index.js';
import { isRlsfError } from '../../../errors.js';
import { openPolicyEngine, type PolicyEngine } from './engine.js';
import type { AdapterFacts, EngineMessage, EngineRequest, EngineStart } from './protocol.js';

/** The engine's process; see client.ts for the other side. */
async function main(): Promise<void> {
  // Ctrl-C in a terminal reaches us too; the server's process says when we end.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
  process.on('disconnect', () => process.exit(1));
  const start = JSON.parse(process.argv[2] ?? '{}') as EngineStart;
  try {
    await serve(start);
  } catch (error) {
    const tag = isRlsfError(error) ? error.tag : 'internal';
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${error instanceof Error ? error.stack : message}\n`);
    process.send?.({ type: 'failed', tag, message } satisfies EngineMessage, () => process.exit(1));
  }
}

async function serve(start: EngineStart): Promise<void> {
  await selectBackend();
  const policy = await loadPolicy(start.policy, { dtype: start.dtype });
  const note = (text: string): void => void process.stderr.write(`${text}\n`);
  const engine = openPolicyEngine(policy, start, send, note);
  const adapters: AdapterFacts[] = [];
  for (const adapter of start.adapters) adapters.push(await engine.load(adapter));
  process.on('message', (request: EngineRequest) => {
    if (request.type === 'close') void end(engine);
    else void engine.take(request);
  });
  send({ type: 'ready', model: engine.model, adapters });
}

function send(message: EngineMessage): void {
  // Gone is gone: `disconnect` ends us.
  if (process.connected) process.send?.(message, undefined, {}, () => undefined);
}

async function end(engine: PolicyEngine): Promise<void> {
  await engine.close();
  process.exit(0);
}

void main();
