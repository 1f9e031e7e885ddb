import { isRlsfError, usageError } from '../../errors.js';
import type { SamplingSettings } from '../../records.js';
import { dashed } from './command.js';

/** What `checkSamplingSettings` refuses, said of the command line: the options by their flags. */
export async function checkSamplingOptions(
  where: string,
  settings: SamplingSettings,
): Promise<void> {
  const { checkSamplingSettings } = await import('../../policy/index.js');
  try {
    checkSamplingSettings(where, settings, Infinity);
  } catch (error) {
    if (!isRlsfError(error)) throw error;
    throw usageError(withFlags(error.message), { cause: error });
  }
}

function withFlags(message: string): string {
  return message
    .replace('a temperature', 'a --temperature')
    .replace('stopTokenIds', '--stop-token-id')
    .replace(/\b(topK|topP|minP|repetitionPenalty|maxNewTokens)\b/g, (name) => `--${dashed(name)}`);
}
