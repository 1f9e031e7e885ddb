/** A policy behind OpenAI's interface. */
export { startCompletionServer } from './server.js';
export type { CompletionServer, CompletionServerOptions } from './server.js';
export type { AdapterSource, LogprobsMode } from './engine/protocol.js';
