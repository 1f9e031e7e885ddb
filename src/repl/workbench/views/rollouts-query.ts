import { parseFilter, rolloutFields } from '../../viewer/filter.js';
import type { RolloutQuery } from '../../viewer/messages.js';
import type { InputLine } from './list-state.js';
import { typed } from './list-state.js';
import { sortLetters } from './rollouts-columns.js';
import type { RolloutsState } from './rollouts-state.js';
import { isInOrder, rowUnder } from './rollouts-state.js';

/** A key while a filter or a search is typed. */
export function typedInto(state: RolloutsState, input: InputLine, name: string): RolloutsState {
  if (name === 'esc') return { ...state, input: null };
  if (name !== 'enter') return { ...state, input: typed(input, name) };
  if (input.kind === 'search')
    return searched({ ...state, input: null }, input.text || (state.search?.text ?? ''), 1);
  try {
    parseFilter(input.text, rolloutFields);
  } catch (error) {
    // What was typed stays, to be put right.
    return { ...state, message: { text: (error as Error).message, isError: true } };
  }
  return { ...requeried(state, { filter: input.text.trim() }), input: null };
}

/** The key behind `s`: a column. */
export function sortedBy(state: RolloutsState, name: string): RolloutsState {
  const next = { ...state, sorting: false };
  if (name === 'esc' || name === 'q') return next;
  const sort = sortLetters[name];
  if (sort === undefined)
    return { ...next, message: { text: `no column has the letter ${name}`, isError: true } };
  const isSame = state.query.sort === sort;
  // The best first, where there is a best.
  const startsHigh = sort === 'reward' || sort === 'advantage' || sort === 'findings';
  return requeried(next, { sort, descending: isSame ? !state.query.descending : startsHigh });
}

/** The next or the last completion before that holds the text. */
export function searched(state: RolloutsState, text: string, direction: 1 | -1): RolloutsState {
  if (text === '')
    return {
      ...state,
      message: { text: 'nothing to search for: / and a text first', isError: true },
    };
  const ticket = (state.search?.ticket ?? 0) + 1;
  return { ...state, search: { text, ticket, direction, from: state.place.cursor }, toEnd: false };
}

/** All samples of the problem of this step, in place of the list. */
export function grouped(state: RolloutsState): RolloutsState {
  const position =
    state.screen === 'inspector' ? state.inspector.position : rowUnder(state)?.position;
  if (state.query.within !== null || position === undefined || position === null) return state;
  const { query, place } = state;
  return {
    ...state,
    outer: { query, position, place },
    query: { ...query, sort: 'sample', descending: false, filter: '', within: position },
    place: { cursor: 0, offset: 0 },
    anchor: { position, row: 0 },
    toEnd: false,
  };
}

/** Follow the log as it grows, or hold the list still. */
export function following(state: RolloutsState): RolloutsState {
  if (!state.source.follows)
    return { ...state, message: { text: 'this file does not grow', isError: false } };
  const follows = !state.follows;
  const limit = follows ? null : (state.progress?.records ?? null);
  return {
    ...state,
    follows,
    query: { ...state.query, limit },
    toEnd: follows && isInOrder(state),
    message: {
      text: follows
        ? 'following: new rollouts come as they are written'
        : 'held still; f follows again',
      isError: false,
    },
  };
}

/** Another order or another filter; the rollout under the cursor stays under it where it still fits. */
function requeried(state: RolloutsState, change: Partial<RolloutQuery>): RolloutsState {
  const row = rowUnder(state);
  const { cursor, offset } = state.place;
  return {
    ...state,
    query: { ...state.query, ...change },
    anchor: row && { position: row.position, row: cursor - offset },
    toEnd: false,
  };
}
