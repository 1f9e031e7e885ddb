import type { Completions } from '../engine/protocol.js';

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

/** Text in place of a stretch, the cursor behind it. */
export function replace(
  editor: EditorState,
  start: number,
  end: number,
  text: string,
): EditorState {
  return {
    ...editor,
    text: editor.text.slice(0, start) + text + editor.text.slice(end),
    cursor: start + text.length,
    goal: null,
    cutting: false,
    menu: null,
  };
}
