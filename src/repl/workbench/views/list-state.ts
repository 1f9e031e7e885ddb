import type { ViewAction } from './view-keys.js';

/** A cursor in a long list of which a window is drawn. */
export interface ListPlace {
  /** Of the row under the cursor, from 0. */
  cursor: number;
  /** Of the first row drawn. */
  offset: number;
}

/** The place after a movement; `null`: the action is none. */
export function movedPlace(
  place: ListPlace,
  action: ViewAction,
  list: { total: number; body: number },
): ListPlace | null {
  const { total, body } = list;
  const steps: Partial<Record<ViewAction, number>> = {
    down: 1,
    up: -1,
    pageDown: body,
    pageUp: -body,
    first: -total,
    last: total,
  };
  const step = steps[action];
  return step === undefined ? null : placeAt(place, place.cursor + step, list);
}

/** The window moves as little as shows the cursor. */
export function placeAt(
  { offset }: ListPlace,
  cursor: number,
  { total, body }: { total: number; body: number },
): ListPlace {
  const at = Math.max(0, Math.min(cursor, total - 1));
  const least = Math.max(0, at - body + 1);
  const most = Math.max(0, Math.min(at, total - body));
  return { cursor: at, offset: Math.max(least, Math.min(offset, most)) };
}

/** The first line drawn of a text after a movement; `null`: the action is none. */
export function scrolled(
  scroll: number,
  action: ViewAction,
  { lines, body }: { lines: number; body: number },
): number | null {
  const steps: Partial<Record<ViewAction, number>> = {
    down: 1,
    up: -1,
    pageDown: Math.max(1, body - 1),
    pageUp: -Math.max(1, body - 1),
    first: -lines,
    last: lines,
  };
  const step = steps[action];
  return step === undefined ? null : clampScroll(scroll + step, lines, body);
}

export function clampScroll(scroll: number, lines: number, body: number): number {
  return Math.max(0, Math.min(scroll, lines - body));
}

/** A line that is being typed. */
export interface InputLine {
  kind: 'filter' | 'search';
  text: string;
  /** In characters. */
  at: number;
  /** What a filter may look like here. */
  example: string;
}

export function inputLine(kind: InputLine['kind'], text: string, example = ''): InputLine {
  return { kind, text, at: [...text].length, example };
}

/** The line after a key; `enter` and `esc` are the view's affair. */
export function typed(input: InputLine, name: string): InputLine {
  const letters = [...input.text];
  const { at } = input;
  const changed = (next: string[], place: number): InputLine => ({
    ...input,
    text: next.join(''),
    at: place,
  });
  switch (name) {
    case 'backspace':
      return at === 0
        ? input
        : changed([...letters.slice(0, at - 1), ...letters.slice(at)], at - 1);
    case 'left':
      return { ...input, at: Math.max(0, at - 1) };
    case 'right':
      return { ...input, at: Math.min(letters.length, at + 1) };
    case 'home':
    case 'ctrl-a':
      return { ...input, at: 0 };
    case 'end':
    case 'ctrl-e':
      return { ...input, at: letters.length };
    case 'ctrl-u':
      return changed(letters.slice(at), 0);
    case 'ctrl-w': {
      const kept = letters
        .slice(0, at)
        .join('')
        .replace(/\S+\s*$/, '');
      return changed([...kept, ...letters.slice(at)], [...kept].length);
    }
  }
  const letter = name === 'space' ? ' ' : name;
  if ([...letter].length !== 1) return input;
  return changed([...letters.slice(0, at), letter, ...letters.slice(at)], at + 1);
}
