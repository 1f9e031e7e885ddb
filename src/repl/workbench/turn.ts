import type { StyledLine } from '../styled.js';
import { fitLine, line, plainText, span, textWidth } from '../styled.js';
import { countOf } from '../views/numbers.js';
import type { Effect, Turn, WorkbenchState } from './state.js';

export function turn(state: WorkbenchState, ...effects: Effect[]): Turn {
  return { state, effects };
}

/**
 * What the second does after the first, with the effects of both. (Not called `then`: a module that
 * exports that is taken for a promise.)
 */
export function followed(first: Turn, next: (state: WorkbenchState) => Turn): Turn {
  const second = next(first.state);
  return { state: second.state, effects: [...first.effects, ...second.effects] };
}

/** One block more of finished output. */
export function print(state: WorkbenchState, lines: readonly StyledLine[]): WorkbenchState {
  if (lines.length === 0) return state;
  return {
    ...state,
    nextId: state.nextId + 1,
    blocks: [...state.blocks, { id: state.nextId, lines }],
  };
}

/**
 * An error: a short one in full, for what to do stands at its end; of a long one its
 * first line, and the rest on demand.
 */
export function printError(state: WorkbenchState, said: readonly StyledLine[]): WorkbenchState {
  const lines = said.filter((each) => each.some(({ text }) => text.trim() !== ''));
  if (lines.length <= wholeRows) return print(state, lines);
  const head = lines.find((each) => each.some(({ tone }) => tone === 'bad')) ?? lines[0];
  const offer = span(`  (+${countOf(lines.length - 1, 'line')}: Ctrl-O)`, 'dim');
  const room = state.columns - 1 - textWidth(offer.text);
  return print({ ...state, error: said }, [line(...fitLine(cutShort(head), room), offer)]);
}

/** An error of so many rows is no flood. */
const wholeRows = 4;

/** A row that the width broke says that it goes on. */
function cutShort(head: StyledLine): StyledLine {
  const text = plainText(head).trimEnd();
  const last = head.at(-1);
  if (!last || /[.!?:)'"»]$/.test(text)) return head;
  return [...head.slice(0, -1), { ...last, text: `${last.text.trimEnd()} …` }];
}

/** The line as it was typed, above what comes of it. */
export function echo(text: string): StyledLine[] {
  return text
    .split('\n')
    .map((row, index) => line(span(index === 0 ? '› ' : '· ', 'accent'), span(row, 'title')));
}
