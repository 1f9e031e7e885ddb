import type { KeyEvent } from './decode-keys.js';
import { fromHistory, searchKey } from './editor-history.js';
import { menuKey } from './editor-menu.js';
import type { EditorState } from './editor-state.js';
import { initialEditor, replace } from './editor-state.js';
import { actOf, promptKeys } from './keys.js';
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

/** What a key asks of the workbench: the text alone cannot do it. */
export type EditorAsk =
  'send' | 'complete' | 'help' | 'leave' | 'interrupt' | 'expandError' | 'redraw' | 'browse';

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
    return {
      editor: event.type === 'text' ? typed(editor, event.text) : insert(editor, event.text),
      ask: null,
    };
  }
  const act = actOf(promptKeys, event.key);
  if (act === undefined || act === 'help') return { editor, ask: null };
  const next = edit({ ...editor, cutting: false }, act, editor.cutting);
  return next === null ? ask(editor, act) : { editor: next, ask: null };
}

export function insert(editor: EditorState, text: string): EditorState {
  return replace(editor, editor.cursor, editor.cursor, text);
}

/** A bracket that closes a block goes below what opened it: two columns back, on a line of its own. */
function typed(editor: EditorState, text: string): EditorState {
  const start = lineStart(editor.text, editor.cursor);
  const before = editor.text.slice(start, editor.cursor);
  const goesBack = /^[}\])]/.test(text) && start > 0 && /^ {2,}$/.test(before);
  return goesBack ? replace(editor, editor.cursor - 2, editor.cursor, text) : insert(editor, text);
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

/** Cuts that follow each other are put back together, in the order of the text. */
function cut(editor: EditorState, start: number, end: number, wasCutting: boolean): EditorState {
  const taken = editor.text.slice(start, end);
  const before = wasCutting ? editor.cut : '';
  const all = start < editor.cursor ? taken + before : before + taken;
  return { ...replace(editor, start, end, ''), cut: all || editor.cut, cutting: true };
}
