import { parentPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import type { CallMessage, CallName, Calls, FoundHint, ThreadData } from './calls.js';
import { createPromptCompiler } from './compiler.js';
import type { SignatureItems } from './compiler.js';
import { preludeOf } from './prelude.js';
import { tslabRequire } from './tslab.js';
import type { ConvertResult, TextPart } from './tslab.js';

/**
 * The thread of tslab's converter: its start takes seconds, in which the engine already works, and a
 * completion is found while a command runs.
 */
const { libraryTypes, flag } = workerData as ThreadData;
const compiler = createPromptCompiler(libraryTypes);
const { converter } = compiler;
const { getCodeMetadata } = tslabRequire('./metadata.js') as {
  getCodeMetadata(source: string): Calls['metadata']['result'];
};
const prelude = preludeOf(converter);
const convertedPrelude = convert('', prelude);

const handlers: { [Name in CallName]: (ask: Calls[Name]['ask']) => Calls[Name]['result'] } = {
  convert: ({ previous, source }) =>
    previous === '' && source === prelude ? convertedPrelude : convert(previous, source),
  addModule: ({ name, content, meta }) => converter.addModule(name, content, meta),
  metadata: ({ source }) => getCodeMetadata(source),
  complete({ previous, source, position }) {
    const { start, end, candidates, original } = converter.complete(previous, source, position);
    const kinds = new Map(original?.entries.map(({ name, kind }) => [name, kind]));
    const names = candidates.map((name) => ({ name, kind: kinds.get(name) ?? '' }));
    return { start, end, names };
  },
  hint({ previous, source, position }) {
    const info = converter.inspect(previous, source, position);
    const call = compiler.signatureAt(position);
    if (call) return hintOfCall(call);
    if (!info?.displayParts) return null;
    const text = joined(info.displayParts).replace(/^\(alias\) |\nimport .*$/g, '');
    return { before: text, current: '', after: '', documentation: joined(info.documentation) };
  },
  whole({ source }) {
    const { completed, indent } = compiler.isComplete(source);
    return { whole: completed, indent: indent?.length ?? 0 };
  },
};

function convert(previous: string, source: string): Calls['convert']['result'] {
  compiler.takeMaps();
  const converted: ConvertResult = converter.convert(previous, source);
  return { converted, maps: compiler.takeMaps() };
}

function hintOfCall({ items, selectedItemIndex, argumentIndex }: SignatureItems): FoundHint {
  const item = items[selectedItemIndex] ?? items[0];
  const parameters = item.parameters.map(({ displayParts }) => joined(displayParts));
  const separator = joined(item.separatorDisplayParts);
  const before = parameters.slice(0, argumentIndex).map((each) => each + separator);
  const after = parameters.slice(argumentIndex + 1).map((each) => separator + each);
  const parameter = item.parameters[argumentIndex];
  return {
    before: joined(item.prefixDisplayParts) + before.join(''),
    current: parameters[argumentIndex] ?? '',
    after: after.join('') + joined(item.suffixDisplayParts),
    documentation: joined(parameter?.documentation) || joined(item.documentation),
  };
}

function joined(parts: readonly TextPart[] | undefined): string {
  return (parts ?? []).map(({ text }) => text).join('');
}

// Its watch on the library's and the user's files may fail while they are being written.
process.on('uncaughtException', () => undefined);

let syncPort: MessagePort | null = null;
parentPort?.on('message', (message: CallMessage | { port: MessagePort }) => {
  if ('port' in message) {
    syncPort = message.port;
    parentPort?.postMessage({ prelude });
    return;
  }
  const { id, name, ask, isSync } = message;
  const port = isSync ? syncPort : parentPort;
  try {
    const handle = handlers[name] as (ask: unknown) => unknown;
    port?.postMessage({ id, result: handle(ask) });
  } catch (error) {
    // The compiler's own service may fail on a half-typed line.
    port?.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
  if (isSync) {
    const state = new Int32Array(flag);
    Atomics.store(state, 0, 1);
    Atomics.notify(state, 0);
  }
});
