import { inputError } from '../../errors.js';
import type { SamplingSettings } from '../../records.js';

/**
 * @param where begins the message
 * @param vocabulary ids that the policy has; Infinity before it is known
 * @throws an input error that names what lies outside its range, and the range
 */
export function checkSamplingSettings(
  where: string,
  settings: SamplingSettings,
  vocabulary: number,
): void {
  const { temperature, topK, topP, minP, repetitionPenalty = 1, maxNewTokens } = settings;
  const refuse = (expected: string, came: unknown): never => {
    throw inputError(`${where}: expected ${expected}, got ${String(came)}.`);
  };
  if (!(temperature >= 0 && temperature < Infinity))
    refuse('a temperature of 0 (greedy) or more', temperature);
  if (!Number.isInteger(topK) || topK < 0) refuse('topK to be a whole number, 0 for off', topK);
  if (!(topP > 0 && topP <= 1)) refuse('topP above 0 and at most 1 (off)', topP);
  if (!(minP >= 0 && minP <= 1)) refuse('minP from 0 (off) to 1', minP);
  if (!(repetitionPenalty > 0 && repetitionPenalty < Infinity))
    refuse('a repetitionPenalty above 0, 1 for off', repetitionPenalty);
  if (!Number.isInteger(maxNewTokens) || maxNewTokens < 1)
    refuse('maxNewTokens of at least 1', maxNewTokens);
  if (settings.stop.includes(''))
    throw inputError(
      `${where}: a stop string is empty, which would end every completion at once. Leave it out.`,
    );
  const outside = settings.stopTokenIds?.find(
    (id) => !(Number.isInteger(id) && id >= 0 && id < vocabulary),
  );
  if (outside !== undefined)
    refuse(
      vocabulary === Infinity
        ? 'stopTokenIds to be whole numbers of at least 0'
        : `stopTokenIds from 0 to ${vocabulary - 1}, the policy's tokens`,
      outside,
    );
}
