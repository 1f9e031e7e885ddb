import type { StyledLine } from '../../styled.js';
import { parseFilter } from '../../viewer/filter.js';
import type { ProblemPage, ProblemRow, ProblemSource } from '../../viewer/messages.js';
import { keyLineCount } from './frame-lines.js';
import type { InputLine, ListPlace } from './list-state.js';
import { inputLine, movedPlace, placeAt, scrolled, typed } from './list-state.js';
import type { Ask } from './rollouts-asks.js';
import { actionOf } from './view-keys.js';

/** The problem browser: a list, one problem in full. */
export interface ProblemsState {
  source: ProblemSource;
  width: number;
  rows: number;
  place: ListPlace;
  filter: string;
  page: ProblemPage | null;
  shown: { row: ProblemRow; lines: StyledLine[] | null; scroll: number } | null;
  help: { scroll: number } | null;
  input: InputLine | null;
  message: { text: string; isError: boolean } | null;
  /** What Enter picked: the line to run. */
  picked: string | null;
  hasLeft: boolean;
}

export type ProblemsAction =
  | { type: 'key'; name: string }
  | { type: 'page'; page: ProblemPage }
  | { type: 'problem'; lines: StyledLine[] }
  | { type: 'failed'; message: string }
  | { type: 'resize'; width: number; rows: number };

export function initialProblems(
  source: ProblemSource,
  size: { width: number; rows: number },
): ProblemsState {
  return {
    source,
    ...size,
    place: { cursor: 0, offset: 0 },
    filter: '',
    page: null,
    shown: null,
    help: null,
    input: null,
    message: null,
    picked: null,
    hasLeft: false,
  };
}

const filterExample = 'family:list tests>5 -language:python /text';

/** Rows of the list; below it stand the columns of the problem under the cursor. */
export function problemRows({ rows }: Pick<ProblemsState, 'rows'>): number {
  return Math.max(1, rows - 5);
}

/** Rows of one problem's text. */
export function shownRows({ rows }: Pick<ProblemsState, 'rows'>): number {
  return Math.max(1, rows - 2);
}

export function problemUnder({ page, place }: ProblemsState): ProblemRow | null {
  return page?.rows[place.cursor - page.offset] ?? null;
}

export function problemsAsks(state: ProblemsState): Ask[] {
  const { source, filter, place, shown, width } = state;
  const question = { source, filter, offset: place.offset, count: problemRows(state) };
  const asks: Ask[] = [{ kind: 'problems', question, key: JSON.stringify(question) }];
  if (shown) {
    const one = { source, index: shown.row.index, width };
    asks.push({ kind: 'problem', question: one, key: JSON.stringify(one) });
  }
  return asks;
}

export function reduceProblems(state: ProblemsState, action: ProblemsAction): ProblemsState {
  switch (action.type) {
    case 'key':
      return pressed({ ...state, message: null, picked: null }, action.name);
    case 'page': {
      const { page } = action;
      const list = { total: page.total, body: problemRows(state) };
      return { ...state, page, place: placeAt(state.place, state.place.cursor, list) };
    }
    case 'problem':
      return { ...state, shown: state.shown && { ...state.shown, lines: action.lines } };
    case 'failed':
      return { ...state, message: { text: action.message, isError: true } };
    case 'resize':
      return { ...state, width: action.width, rows: action.rows };
  }
}

function pressed(state: ProblemsState, name: string): ProblemsState {
  if (state.input) return typedInto(state, state.input, name);
  const action = actionOf(name, state.shown || state.help ? 'text' : 'problems');
  if (state.help) {
    const scroll =
      action &&
      scrolled(state.help.scroll, action, { lines: keyLineCount(), body: state.rows - 2 });
    if (scroll !== null) return { ...state, help: { scroll } };
    return action === 'keys' || action === 'leave' ? { ...state, help: null } : state;
  }
  if (action === 'keys') return { ...state, help: { scroll: 0 } };
  if (state.shown) {
    if (name === 'enter') return pick(state, state.shown.row);
    if (action === null) return state;
    if (action === 'leave') return { ...state, shown: null };
    const size = { lines: state.shown.lines?.length ?? 0, body: shownRows(state) };
    const scroll = scrolled(state.shown.scroll, action, size);
    return scroll === null ? state : { ...state, shown: { ...state.shown, scroll } };
  }
  if (action === null) return state;
  const list = { total: state.page?.total ?? 0, body: problemRows(state) };
  const place = movedPlace(state.place, action, list);
  if (place) return { ...state, place };
  const row = problemUnder(state);
  switch (action) {
    case 'open':
      return row ? pick(state, row) : state;
    case 'show':
      return row ? { ...state, shown: { row, lines: null, scroll: 0 } } : state;
    case 'filter':
      return { ...state, input: inputLine('filter', state.filter, filterExample) };
    case 'search':
      return { ...state, input: inputLine('filter', '/', filterExample) };
    case 'leave':
      return { ...state, hasLeft: true };
    default:
      return state;
  }
}

/** An id with blanks goes in quotation marks. */
function pick(state: ProblemsState, { id }: ProblemRow): ProblemsState {
  return { ...state, picked: `/pick ${/\s/.test(id) ? JSON.stringify(id) : id}` };
}

function typedInto(state: ProblemsState, input: InputLine, name: string): ProblemsState {
  if (name === 'esc') return { ...state, input: null };
  if (name !== 'enter') return { ...state, input: typed(input, name) };
  try {
    parseFilter(input.text, null);
  } catch (error) {
    return { ...state, message: { text: (error as Error).message, isError: true } };
  }
  return {
    ...state,
    input: null,
    filter: input.text.trim(),
    place: { cursor: 0, offset: 0 },
  };
}
