import type { Completions } from '../engine/protocol.js';
import type { KeyEvent } from './decode-keys.js';
import type { EditorState, MenuState } from './editor-state.js';
import { replace } from './editor-state.js';
import { actOf, menuKeys } from './keys.js';

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

/** The editor after a key of the menu; `null`: another key, which closes it. */
export function menuKey(editor: EditorState, event: KeyEvent, menu: MenuState): EditorState | null {
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

function commonStart(texts: readonly string[]): string {
  let common = texts[0];
  for (const text of texts)
    while (!text.startsWith(common)) common = common.slice(0, common.length - 1);
  return common;
}
