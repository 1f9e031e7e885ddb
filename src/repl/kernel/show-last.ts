import { isExplanation, isFigure, isInspection, isListOf, isRollout } from '../values/kinds.js';

/**
 * The value of a cell's last expression: what has a look of its own is shown as by `show`, anything else
 * printed as Node prints it.
 */
export async function showLast(value: unknown, library: Record<string, unknown>): Promise<void> {
  const kinds = [isFigure, isRollout, isInspection, isExplanation];
  const hasLook = kinds.some(
    (is) => is(value) || isListOf(value, is as (each: unknown) => each is unknown),
  );
  const { show } = library;
  if (hasLook && typeof show === 'function')
    await (show as (value: unknown) => Promise<void>)(value);
  else console.log(value);
}
