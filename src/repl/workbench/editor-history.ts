import type { KeyEvent } from './decode-keys.js';
import type { EditorState, SearchState } from './editor-state.js';
import { actOf, searchKeys } from './keys.js';
import { previousGrapheme } from './text-cursor.js';

/** An older (−1) or a newer line (1); what was typed comes back behind the newest. */
export function fromHistory(editor: EditorState, by: -1 | 1): EditorState {
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

/** Newest first, each text once. */
export function searchMatches(editor: EditorState): string[] {
  const query = editor.search?.query.toLowerCase() ?? '';
  const matches = new Set<string>();
  for (let at = editor.history.length - 1; at >= 0 && matches.size < 200; at--)
    if (editor.history[at].toLowerCase().includes(query)) matches.add(editor.history[at]);
  return [...matches];
}

/** A key while the history is searched. */
export function searchKey(
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
