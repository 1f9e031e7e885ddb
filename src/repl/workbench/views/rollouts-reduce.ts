import type { Answers, InspectorPage, Progress, RolloutPage } from '../../viewer/messages.js';
import { clampScroll, placeAt } from './list-state.js';
import { pressed } from './rollouts-keys.js';
import type { RolloutsAction, RolloutsState } from './rollouts-state.js';
import {
  bodyRows,
  initialRollouts,
  inspectorRows,
  isInOrder,
  opened,
  rowUnder,
} from './rollouts-state.js';

/** What keys, the viewer's answers and the window's size make of the browser. Pure. */
export function reduceRollouts(state: RolloutsState, action: RolloutsAction): RolloutsState {
  switch (action.type) {
    case 'key':
      return pressed({ ...state, message: null }, action.name);
    case 'page':
      return withPage(state, action.page, action.isCurrent);
    case 'inspected':
      return withInspected(state, action.page);
    case 'diffed':
      return { ...state, diff: state.diff && { ...state.diff, lines: action.lines } };
    case 'found':
      return withFound(state, action.answer);
    case 'progress':
      return withProgress(state, action.progress);
    case 'failed':
      return { ...state, message: { text: action.message, isError: true } };
    case 'resize':
      return resized(state, action);
    case 'source':
      return initialRollouts(action.source, state, action.position);
  }
}

function withPage(state: RolloutsState, page: RolloutPage, isCurrent: boolean): RolloutsState {
  const next = { ...state, page, progress: page.progress };
  if (!isCurrent) return next;
  const wanted = state.toEnd ? page.total - 1 : (page.anchor ?? state.place.cursor);
  const offset = state.toEnd || page.anchor !== null ? page.offset : state.place.offset;
  const place = placeAt({ cursor: wanted, offset }, wanted, {
    total: page.total,
    body: bodyRows(next),
  });
  // The rollout asked for may not have been read yet.
  const isAwaited = state.anchor !== null && page.anchor === null && !page.progress.isWhole;
  const placed = { ...next, place, anchor: isAwaited ? state.anchor : null };
  if (state.inspector.position !== null || state.screen !== 'inspector') return placed;
  const row = rowUnder(placed);
  return row ? opened(placed, row.position) : placed;
}

function withInspected(state: RolloutsState, page: InspectorPage): RolloutsState {
  const { inspector } = state;
  if (page.position !== inspector.position) return state;
  const body = inspectorRows(state);
  const { tokenLine, lines } = page;
  let { scroll } = inspector;
  if (inspector.toToken && tokenLine !== null)
    // The token's own line and what is said below it stay in sight.
    scroll = Math.min(Math.max(scroll, tokenLine - body + 3), Math.max(0, tokenLine - 2));
  return {
    ...state,
    inspector: {
      ...inspector,
      page,
      toToken: false,
      scroll: clampScroll(scroll, lines.length, body),
    },
  };
}

function withFound(state: RolloutsState, { index, wrapped }: Answers['find']): RolloutsState {
  const text = state.search?.text ?? '';
  if (index === null)
    return { ...state, message: { text: `no completion here holds «${text}»`, isError: true } };
  const total = state.page?.total ?? 0;
  return {
    ...state,
    place: placeAt(state.place, index, { total, body: bodyRows(state) }),
    anchor: null,
    message: wrapped ? { text: `«${text}»: round the end of the list`, isError: false } : null,
  };
}

function withProgress(state: RolloutsState, progress: Progress): RolloutsState {
  if (progress.file !== state.source.file) return state;
  const isReplaced = state.progress !== null && progress.generation !== state.progress.generation;
  const next = { ...state, progress, asked: state.asked + 1 };
  if (isReplaced)
    return {
      ...initialRollouts(state.source, state),
      asked: next.asked,
      progress,
      message: { text: 'the file was replaced by another one: read again', isError: true },
    };
  if (state.query.limit !== null) return { ...state, progress };
  if (isInOrder(state)) return next;
  const { cursor, offset } = state.place;
  const row = rowUnder(state);
  return {
    ...next,
    anchor: state.anchor ?? (row && { position: row.position, row: cursor - offset }),
  };
}

function resized(state: RolloutsState, size: { width: number; rows: number }): RolloutsState {
  const next = { ...state, width: size.width, rows: size.rows };
  const total = state.page?.total ?? 0;
  return {
    ...next,
    place: placeAt(state.place, state.place.cursor, { total, body: bodyRows(next) }),
  };
}
