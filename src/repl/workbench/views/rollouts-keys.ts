import type { RolloutRow } from '../../viewer/messages.js';
import { keyLineCount } from './frame-lines.js';
import { reduceInspector } from './inspector-state.js';
import { inputLine, movedPlace, placeAt, scrolled } from './list-state.js';
import { following, grouped, searched, sortedBy, typedInto } from './rollouts-query.js';
import type { RolloutsState } from './rollouts-state.js';
import { bodyRows, inspectorRows, isInOrder, opened, placeOf, rowUnder } from './rollouts-state.js';
import type { ViewAction } from './view-keys.js';
import { actionOf } from './view-keys.js';

const filterExample = 'outcome:clean reward>0.5 -kind:heap /text';

/** What a key does: in a line that is typed, in the key map, in the list, the inspector, a difference. */
export function pressed(state: RolloutsState, name: string): RolloutsState {
  if (state.input) return typedInto(state, state.input, name);
  if (state.sorting) return sortedBy(state, name);
  if (state.help) {
    const action = actionOf(name, 'text');
    const size = { lines: keyLineCount(), body: state.rows - 2 };
    const scroll = action && scrolled(state.help.scroll, action, size);
    if (scroll !== null) return { ...state, help: { scroll } };
    return action === 'keys' || action === 'leave' ? { ...state, help: null } : state;
  }
  const action = actionOf(name, placeOf(state));
  if (action === null) return state;
  if (action === 'keys') return { ...state, help: { scroll: 0 } };
  if (state.screen === 'list') return inList(state, action);
  return state.screen === 'diff' ? inDiff(state, action) : inInspector(state, action);
}

function inList(state: RolloutsState, action: ViewAction): RolloutsState {
  const total = state.page?.total ?? 0;
  const place = movedPlace(state.place, action, { total, body: bodyRows(state) });
  if (place) return { ...state, place, toEnd: tails(state, place.cursor), anchor: null };
  const row = rowUnder(state);
  switch (action) {
    case 'open':
      return row ? opened(state, row.position) : state;
    case 'group':
      return grouped(state);
    case 'mark':
      return row ? marked(state, row) : state;
    case 'sort':
      return { ...state, sorting: true };
    case 'filter':
      return { ...state, input: inputLine('filter', state.query.filter, filterExample) };
    case 'search':
      return { ...state, input: inputLine('search', '') };
    case 'nextFound':
      return searched(state, state.search?.text ?? '', 1);
    case 'previousFound':
      return searched(state, state.search?.text ?? '', -1);
    case 'follow':
      return following(state);
    case 'leave':
      return left(state);
    default:
      return state;
  }
}

/** At the end of a log that is followed one stays at its end. */
function tails(state: RolloutsState, cursor: number): boolean {
  return state.follows && isInOrder(state) && cursor >= (state.page?.total ?? 0) - 1;
}

function marked(state: RolloutsState, row: RolloutRow): RolloutsState {
  const [first] = state.marks;
  if (first?.position === row.position) return { ...state, marks: [] };
  if (first === undefined)
    return {
      ...state,
      marks: [row],
      message: { text: 'marked; d on another one shows what differs', isError: false },
    };
  return {
    ...state,
    marks: [first, row],
    screen: 'diff',
    diff: { first, second: row, lines: null, scroll: 0 },
  };
}

function left(state: RolloutsState): RolloutsState {
  const { outer, query } = state;
  if (outer) {
    const row = outer.place.cursor - outer.place.offset;
    return {
      ...state,
      outer: null,
      query: { ...outer.query, limit: query.limit },
      place: outer.place,
      anchor: { position: outer.position, row },
    };
  }
  if (state.marks.length > 0) return { ...state, marks: [] };
  return { ...state, hasLeft: true };
}

function inInspector(state: RolloutsState, action: ViewAction): RolloutsState {
  if (action === 'leave') return { ...state, screen: 'list' };
  if (action === 'group') return { ...grouped(state), screen: 'list' };
  if (action === 'nextRollout' || action === 'previousRollout') {
    const total = state.page?.total ?? 0;
    const step = action === 'nextRollout' ? 1 : -1;
    const cursor = state.place.cursor + step;
    if (cursor < 0 || cursor >= total)
      return {
        ...state,
        message: { text: step > 0 ? 'the last one' : 'the first one', isError: false },
      };
    const place = placeAt(state.place, cursor, { total, body: bodyRows(state) });
    const next = { ...state, place, anchor: null, toEnd: false };
    return opened(next, rowUnder(next)?.position ?? null);
  }
  return { ...state, inspector: reduceInspector(state.inspector, action, inspectorRows(state)) };
}

function inDiff(state: RolloutsState, action: ViewAction): RolloutsState {
  const { diff } = state;
  if (action === 'leave' || diff === null)
    return { ...state, screen: 'list', marks: [], diff: null };
  const size = { lines: diff.lines?.length ?? 0, body: state.rows - 4 };
  const scroll = scrolled(diff.scroll, action, size);
  return scroll === null ? state : { ...state, diff: { ...diff, scroll } };
}
