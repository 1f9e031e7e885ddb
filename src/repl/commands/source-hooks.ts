import type { SourceOptions } from '../../policy/index.js';
import { megabytes } from '../views/numbers.js';
import type { CommandContext } from './command.js';

/** How often a download says how far it is. */
const intervalMs = 1000;

/**
 * What loading by a Hub id says on the way: a line a second while files come, and what a person
 * should know. Nothing for a local folder.
 */
export function sourceHooks(
  context: Pick<CommandContext, 'json' | 'note' | 'signal'>,
): SourceOptions {
  const { json, note, signal } = context;
  if (json) return { signal };
  let told = 0;
  return {
    signal,
    onNote: note,
    onProgress({ id, file, bytes, totalBytes }) {
      const now = Date.now();
      if (bytes < totalBytes && now - told < intervalMs) return;
      told = now;
      note(`${id}: ${megabytes(bytes)} of ${megabytes(totalBytes)} (${file})`);
    },
  };
}
