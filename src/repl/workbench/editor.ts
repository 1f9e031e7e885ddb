import type { Completions } from '../engine/protocol.js';
import type { KeyEvent } from './decode-keys.js';
import { actOf, menuKeys, promptKeys, searchKeys } from './keys.js';
import {
  columnAt,
  lineEnd,
  lineStart,
  nextGrapheme,
  offsetAtColumn,
  previousGrapheme,
  wordLeft,
  wordRight,
} from './text-cursor.js';

export type Candidate = Completions['candidates'][number];

/** The text being typed, and what is open around it. Plain data; `editKey` makes the next one. */
export interface EditorState {
  text: string;
  /** UTF-16 offset, always between graphemes. */
  cursor: number;
  /** The column that up and down keep to. */
  goal: number | null;
  /** What the last cuts took, for Ctrl-Y. */
  cut: string;
  /** The last key cut too: the next cut adds to it. */
  cutting: boolean;
  /** Oldest first. */
  history: readonly string[];
  /** Which of the history is on the line; `null`: what was typed. */
  historyAt: number | null;
  /** What was typed, while the history is on the line. */
  draft: string;
  search: SearchState | null;
  menu: MenuState | null;
}

export interface SearchState {
  query: string;
  /** Which of the matches, newest first. */
  selected: number;
}

export interface MenuState {
  start: number;
  end: number;
  candidates: readonly Candidate[];
  selected: number;
}

/** What a key asks of the workbench: the text alone cannot do it. */
export type EditorAsk =
  'send' | 'complete' | 'help' | 'leave' | 'interrupt' | 'expandError' | 'redraw' | 'browse';

export function initialEditor(history: readonly string[] = []): EditorState {
  return {
    text: '',
    cursor: 0,
    goal: null,
    cut: '',
    cutting: false,
    history,
    historyAt: null,
    draft: '',
    search: null,
    menu: null,
  };
}

/** One key: the editor after it, and what it asks for. */
export function editKey(
  editor: EditorState,
  event: KeyEvent,
): { editor: EditorState; ask: EditorAsk | null } {
  if (editor.search) return searchKey(editor, event, editor.search);
  if (editor.menu) {
    const chosen = menuKey(editor, event, editor.menu);
    if (chosen) return { editor: chosen, ask: null };
    editor = { ...editor, menu: null };
  }
  if (event.type !== 'key') {
    if (event.type === 'text' && event.text === '?' && editor.text === '')
      return { editor, ask: 'help' };
    return { editor: insert(editor, event.text), ask: null };
  }
  const act = actOf(promptKeys, event.key);
  if (act === undefined || act === 'help') return { editor, ask: null };
  const next = edit({ ...editor, cutting: false }, act, editor.cutting);
  return next === null ? ask(editor, act) : { editor: next, ask: null };
}

export function insert(editor: EditorState, text: string): EditorState {
  return replace(editor, editor.cursor, editor.cursor, text);
}

/** A new line that begins with `indent` spaces. */
export function newline(editor: EditorState, indent?: number): EditorState {
  const start = lineStart(editor.text, editor.cursor);
  const [kept] = /^ */.exec(editor.text.slice(start, editor.cursor)) ?? [''];
  return insert(editor, `\n${' '.repeat(indent ?? kept.length)}`);
}

/** The line was sent: the next begins empty, with one line more of history. */
export function sent(editor: EditorState, remembered: boolean): EditorState {
  const { text, history } = editor;
  const known = !remembered || history[history.length - 1] === text;
  return {
    ...initialEditor(known ? history : [...history, text]),
    cut: editor.cut,
  };
}

/** Puts in what all candidates begin with; more than one opens the menu. */
export function completed(editor: EditorState, completions: Completions): EditorState {
  const { start, end, candidates } = completions;
  if (candidates.length === 0) return editor;
  if (candidates.length === 1) return replace(editor, start, end, candidates[0].text);
  const common = commonStart(candidates.map(({ text }) => text));
  const longer = common.length > end - start && common.startsWith(editor.text.slice(start, end));
  const filled = longer ? replace(editor, start, end, common) : editor;
  const until = longer ? start + common.length : end;
  return { ...filled, menu: { start, end: until, candidates, selected: 0 } };
}

/** Newest first, each text once. */
export function searchMatches(editor: EditorState): string[] {
  const query = editor.search?.query.toLowerCase() ?? '';
  const matches = new Set<string>();
  for (let at = editor.history.length - 1; at >= 0 && matches.size < 200; at--)
    if (editor.history[at].toLowerCase().includes(query)) matches.add(editor.history[at]);
  return [...matches];
}

type PromptAct = (typeof promptKeys)[number]['act'];

/** The edit of an act; `null` where the workbench decides. */
function edit(editor: EditorState, act: PromptAct, wasCutting: boolean): EditorState | null {
  const { text, cursor } = editor;
  switch (act) {
    case 'newline':
      return newline(editor);
    case 'left':
      return move(editor, previousGrapheme(text, cursor));
    case 'right':
      return move(editor, nextGrapheme(text, cursor));
    case 'wordLeft':
      return move(editor, wordLeft(text, cursor));
    case 'wordRight':
      return move(editor, wordRight(text, cursor));
    case 'lineStart':
      return move(editor, lineStart(text, cursor));
    case 'lineEnd':
      return move(editor, lineEnd(text, cursor));
    case 'up':
      return lineStart(text, cursor) === 0 ? fromHistory(editor, -1) : moveLine(editor, -1);
    case 'down':
      return lineEnd(text, cursor) === text.length ? fromHistory(editor, 1) : moveLine(editor, 1);
    case 'deleteLeft':
      return replace(editor, previousGrapheme(text, cursor), cursor, '');
    case 'deleteRight':
      return replace(editor, cursor, nextGrapheme(text, cursor), '');
    case 'endOrDelete':
      return text === '' ? null : replace(editor, cursor, nextGrapheme(text, cursor), '');
    case 'killWordLeft':
      return cut(editor, wordLeft(text, cursor), cursor, wasCutting);
    case 'killWordRight':
      return cut(editor, cursor, wordRight(text, cursor), wasCutting);
    case 'killToEnd': {
      // At the end of a line the line break goes.
      const end = lineEnd(text, cursor);
      return cut(editor, cursor, Math.min(text.length, end === cursor ? end + 1 : end), wasCutting);
    }
    case 'killToStart':
      return cut(editor, lineStart(text, cursor), cursor, wasCutting);
    case 'yank':
      return insert(editor, editor.cut);
    case 'searchHistory':
      return { ...editor, search: { query: '', selected: 0 } };
    case 'complete': {
      const before = text.slice(lineStart(text, cursor), cursor);
      return /^\s*$/.test(before) && text !== '' ? insert(editor, '  ') : null;
    }
    default:
      return null;
  }
}

function ask(editor: EditorState, act: PromptAct): { editor: EditorState; ask: EditorAsk | null } {
  if (act === 'endOrDelete') return { editor, ask: 'leave' };
  const asks: readonly PromptAct[] = [
    'send',
    'complete',
    'interrupt',
    'expandError',
    'redraw',
    'browse',
  ];
  return { editor, ask: asks.includes(act) ? (act as EditorAsk) : null };
}

function move(editor: EditorState, cursor: number): EditorState {
  return { ...editor, cursor, goal: null };
}

function moveLine(editor: EditorState, by: -1 | 1): EditorState {
  const { text, cursor } = editor;
  const goal = editor.goal ?? columnAt(text, cursor);
  const start = by < 0 ? lineStart(text, lineStart(text, cursor) - 1) : lineEnd(text, cursor) + 1;
  return { ...editor, cursor: offsetAtColumn(text, start, goal), goal };
}

function fromHistory(editor: EditorState, by: -1 | 1): EditorState {
  const { history, historyAt, text, draft } = editor;
  const at = (historyAt ?? history.length) + by;
  if (at < 0 || at > history.length || (historyAt === null && by > 0)) return editor;
  const kept = historyAt === null ? text : draft;
  const shown = at === history.length ? kept : history[at];
  return {
    ...editor,
    text: shown,
    cursor: shown.length,
    goal: null,
    draft: kept,
    historyAt: at === history.length ? null : at,
  };
}

function replace(editor: EditorState, start: number, end: number, text: string): EditorState {
  return {
    ...editor,
    text: editor.text.slice(0, start) + text + editor.text.slice(end),
    cursor: start + text.length,
    goal: null,
    cutting: false,
    menu: null,
  };
}

/** Cuts that follow each other are put back together, in the order of the text. */
function cut(editor: EditorState, start: number, end: number, wasCutting: boolean): EditorState {
  const taken = editor.text.slice(start, end);
  const before = wasCutting ? editor.cut : '';
  const all = start < editor.cursor ? taken + before : before + taken;
  return { ...replace(editor, start, end, ''), cut: all || editor.cut, cutting: true };
}

/** The editor after a key of the menu; `null`: another key, which closes it. */
function menuKey(editor: EditorState, event: KeyEvent, menu: MenuState): EditorState | null {
  const act = event.type === 'key' ? actOf(menuKeys, event.key) : undefined;
  const count = menu.candidates.length;
  switch (act) {
    case 'next':
      return { ...editor, menu: { ...menu, selected: (menu.selected + 1) % count } };
    case 'previous':
      return { ...editor, menu: { ...menu, selected: (menu.selected + count - 1) % count } };
    case 'pick':
      return replace(editor, menu.start, menu.end, menu.candidates[menu.selected].text);
    case 'close':
      return { ...editor, menu: null };
    case undefined:
      return null;
  }
}

function searchKey(
  editor: EditorState,
  event: KeyEvent,
  search: SearchState,
): { editor: EditorState; ask: null } {
  const next = (changed: SearchState | null): { editor: EditorState; ask: null } => ({
    editor: { ...editor, search: changed },
    ask: null,
  });
  if (event.type !== 'key')
    return next({ query: search.query + event.text.replaceAll('\n', ' '), selected: 0 });
  const count = searchMatches(editor).length;
  switch (actOf(searchKeys, event.key)) {
    case 'older':
      return next({ ...search, selected: Math.min(Math.max(0, count - 1), search.selected + 1) });
    case 'newer':
      return next({ ...search, selected: Math.max(0, search.selected - 1) });
    case 'deleteLeft':
      return next({
        query: search.query.slice(0, previousGrapheme(search.query, search.query.length)),
        selected: 0,
      });
    case 'take': {
      const taken = searchMatches(editor)[search.selected] ?? editor.text;
      return {
        editor: { ...editor, text: taken, cursor: taken.length, goal: null, search: null },
        ask: null,
      };
    }
    case 'close':
      return next(null);
    case undefined:
      return next(search);
  }
}

function commonStart(texts: readonly string[]): string {
  let common = texts[0];
  for (const text of texts)
    while (!text.startsWith(common)) common = common.slice(0, common.length - 1);
  return common;
}
