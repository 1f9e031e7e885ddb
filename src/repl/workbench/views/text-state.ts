import type { StyledLine } from '../../styled.js';
import { fitLine, line, span } from '../../styled.js';
import { footerLine, hints, keyLineCount, keyLines, scrolledText } from './frame-lines.js';
import { clampScroll, scrolled } from './list-state.js';
import { actionOf } from './view-keys.js';

/** A page of lines longer than the screen: a comparison, what a new reward changed. */
export interface TextState {
  scroll: number;
  help: { scroll: number } | null;
  hasLeft: boolean;
}

export interface TextSize {
  lines: number;
  rows: number;
}

export const initialText: TextState = { scroll: 0, help: null, hasLeft: false };

export function reduceText(state: TextState, name: string, { lines, rows }: TextSize): TextState {
  const action = actionOf(name, 'text');
  if (action === null) return state;
  if (state.help) {
    const scroll = scrolled(state.help.scroll, action, { lines: keyLineCount(), body: rows - 2 });
    if (scroll !== null) return { ...state, help: { scroll } };
    return action === 'keys' || action === 'leave' ? { ...state, help: null } : state;
  }
  if (action === 'keys') return { ...state, help: { scroll: 0 } };
  if (action === 'leave') return { ...state, hasLeft: true };
  const scroll = scrolled(state.scroll, action, { lines, body: Math.max(1, rows - 2) });
  return scroll === null ? state : { ...state, scroll };
}

/** A title, a window of the lines, and how far down it is. */
export function textLines(
  state: TextState,
  {
    title,
    lines,
    width,
    rows,
  }: {
    title: string;
    lines: readonly StyledLine[];
    width: number;
    rows: number;
  },
): StyledLine[] {
  const body = Math.max(1, rows - 2);
  const scroll = clampScroll(state.scroll, lines.length, body);
  const all = state.help
    ? keyLines(state.help.scroll, rows)
    : [
        line(span(title, 'title')),
        ...scrolledText(lines, scroll, body),
        footerLine({ width, input: null, message: null }, hints('j k scroll · ? keys · q leave'), {
          scroll,
          lines: lines.length,
          body,
        }),
      ];
  return all.slice(0, rows).map((each) => fitLine(each, width));
}
