import { isExplanation, isFigure, isInspection, isListOf, isRollout } from '../values/kinds.js';

/** Columns of an output in a notebook of usual width. */
const width = 100;

/**
 * The value of a cell's last expression: what has a look of its own is shown as by `show`; anything else is
 * text by its kind, cut at 60 lines: a session by what it holds, a tensor by its shape and head.
 */
export async function showLast(value: unknown, library: Record<string, unknown>): Promise<void> {
  const kinds = [isFigure, isRollout, isInspection, isExplanation];
  const hasLook = kinds.some(
    (is) => is(value) || isListOf(value, is as (each: unknown) => each is unknown),
  );
  const { show } = library;
  if (hasLook && typeof show === 'function')
    return (show as (value: unknown) => Promise<void>)(value);
  const { valueLines } = await import('../values/index.js');
  const { plainText } = await import('../styled.js');
  console.log(valueLines(value, { width }).map(plainText).join('\n'));
}
