import type { ViewPlace } from './view-keys.js';
import type { RolloutSource } from '../../engine/protocol.js';
import type { StyledLine } from '../../styled.js';
import type {
  Answers,
  InspectorPage,
  Progress,
  RolloutPage,
  RolloutQuery,
  RolloutRow,
} from '../../viewer/messages.js';
import type { InspectorState } from './inspector-state.js';
import { initialInspector, inspectorOf } from './inspector-state.js';
import type { InputLine, ListPlace } from './list-state.js';

/** The rollout browser with its inspector. Pure data: what is drawn, and what is asked of the viewer. */
export interface RolloutsState {
  source: RolloutSource;
  width: number;
  rows: number;
  screen: 'list' | 'inspector' | 'diff';
  help: { scroll: number } | null;
  query: RolloutQuery;
  place: ListPlace;
  /** The rollout that stays under the cursor while the list changes. */
  anchor: { position: number; row: number } | null;
  /** The last rollout is under the cursor, and stays so while the log grows. */
  toEnd: boolean;
  follows: boolean;
  page: RolloutPage | null;
  progress: Progress | null;
  /** Raised to ask again for what stands on the screen. */
  asked: number;
  /** The older first. */
  marks: RolloutRow[];
  input: InputLine | null;
  /** `s` was pressed: the next key is a column. */
  sorting: boolean;
  search: { text: string; ticket: number; direction: 1 | -1; from: number } | null;
  /** What `v` left: back there. */
  outer: { query: RolloutQuery; position: number; place: ListPlace } | null;
  inspector: InspectorState;
  diff: {
    first: RolloutRow;
    second: RolloutRow;
    lines: StyledLine[] | null;
    scroll: number;
  } | null;
  message: { text: string; isError: boolean } | null;
  hasLeft: boolean;
}

export type RolloutsAction =
  | { type: 'key'; name: string }
  | { type: 'page'; page: RolloutPage; isCurrent: boolean }
  | { type: 'inspected'; page: InspectorPage }
  | { type: 'diffed'; lines: StyledLine[] }
  | { type: 'found'; answer: Answers['find'] }
  | { type: 'progress'; progress: Progress }
  | { type: 'failed'; message: string }
  | { type: 'resize'; width: number; rows: number }
  | { type: 'source'; source: RolloutSource; position?: number };

export function initialRollouts(
  source: RolloutSource,
  size: { width: number; rows: number },
  position?: number,
): RolloutsState {
  return {
    source,
    ...size,
    screen: position === undefined ? 'list' : 'inspector',
    help: null,
    query: { sort: 'order', descending: false, filter: '', within: null, limit: null },
    place: { cursor: 0, offset: 0 },
    anchor: position === undefined ? null : { position: position - 1, row: 0 },
    toEnd: position === undefined && source.follows,
    follows: source.follows,
    page: null,
    progress: null,
    asked: 0,
    marks: [],
    input: null,
    sorting: false,
    search: null,
    outer: null,
    inspector: initialInspector(position === undefined ? null : position - 1),
    diff: null,
    message: null,
    hasLeft: false,
  };
}

/** Rows of the list that fit on the screen. */
export function bodyRows({ rows, query, page }: RolloutsState): number {
  return Math.max(1, rows - 4 - (query.within === null ? 0 : promptRows(page)));
}

/** Rows that the prompt of a group takes. */
export function promptRows(page: RolloutPage | null): number {
  return page?.prompt ? Math.min(5, page.prompt.trimEnd().split('\n').length) : 0;
}

/** Rows of the inspector's text. */
export function inspectorRows({ rows }: Pick<RolloutsState, 'rows'>): number {
  return Math.max(1, rows - 5);
}

/** The row under the cursor, where it has come. */
export function rowUnder({ page, place }: RolloutsState): RolloutRow | null {
  return page?.rows[place.cursor - page.offset] ?? null;
}

/** In the order of the file, so that its end is the list's. */
export function isInOrder({ query }: RolloutsState): boolean {
  return query.sort === 'order' && !query.descending && query.within === null;
}

/** The inspector on the rollout of this place in the file; `null`: on the one under the cursor. */
export function opened(state: RolloutsState, position: number | null): RolloutsState {
  return { ...state, screen: 'inspector', inspector: inspectorOf(state.inspector, position) };
}

/** Which keys hold on the screen that is open. */
export function placeOf({ screen }: Pick<RolloutsState, 'screen'>): ViewPlace {
  if (screen === 'list') return 'rollouts';
  return screen === 'diff' ? 'text' : 'inspector';
}
