import { existsSync } from 'node:fs';
import type { ReplOptions } from './options.js';
import { readArguments, replOptions } from './options.js';
import { openScreen } from './screen.js';

/**
 * What `bin/rlsf.js` imports for `rlsf` and `rlsf repl` in a terminal, bundled into one file: nothing
 * of the command line is loaded. `null`: the arguments ask for more than a screen, so that commander
 * reads them.
 */
export async function openFromArguments(argv: readonly string[]): Promise<number | null> {
  const given = readArguments(argv);
  if (!given) return null;
  // As every command does: tokens and keys for the engine.
  if (existsSync('.env')) process.loadEnvFile('.env');
  let options: ReplOptions;
  try {
    options = replOptions(given);
  } catch {
    return null;
  }
  return options.plain || options.json ? null : openScreen(options);
}

export { openScreen };
