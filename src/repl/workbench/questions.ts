import type { Answer } from '../engine/client.js';
import type { Completions, Hint, Whole } from '../engine/protocol.js';
import { line, span } from '../styled.js';
import { completed } from './editor-menu.js';
import type { Turn, WorkbenchState } from './state.js';
import { decide, localCommands } from './submit.js';
import { turn } from './turn.js';
import { looksWhole } from './whole.js';

/** The names after a `/`, once: completing them then needs no engine. */
export function askNames(state: WorkbenchState): Turn {
  const id = state.nextId;
  return turn(
    { ...state, nextId: id + 1, namesId: id },
    { type: 'ask', id, question: { type: 'complete', text: '/', cursor: 1 } },
  );
}

/** Tab: names of commands at once, everything else from the engine. */
export function complete(state: WorkbenchState): Turn {
  const { text, cursor } = state.editor;
  const names = namesAt(state);
  if (names) return turn(withCompletions(state, names));
  if (state.engine !== 'ready')
    return turn({ ...state, notice: line(span('the engine is still starting', 'dim')) });
  const id = state.nextId;
  return turn(
    { ...state, nextId: id + 1, asked: { kind: 'complete', id, text, cursor } },
    { type: 'ask', id, question: { type: 'complete', text, cursor } },
  );
}

/** The commands that fit the slash word at the cursor; `null`: there is none. */
export function namesAt(state: WorkbenchState): Completions | null {
  const { text, cursor } = state.editor;
  const before = text.slice(0, cursor);
  if (!/^\/[\w-]*$/.test(before)) return null;
  const start = state.names?.start ?? 1;
  const slash = start === 0 ? '/' : '';
  const known = state.names?.candidates ?? [];
  const own = localCommands
    .map(({ name, summary }) => ({ text: `${slash}${name}`, summary }))
    .filter((each) => !known.some((other) => other.text.trim() === each.text));
  const typed = before.slice(start);
  return {
    start,
    end: cursor,
    candidates: [...known, ...own].filter((each) => each.text.startsWith(typed)),
  };
}

/** What the cursor stands in, when the engine is free to say. */
export function askHint(state: WorkbenchState): Turn {
  const { text, cursor } = state.editor;
  if (state.engine !== 'ready' || state.work || state.asked || text.trim() === '')
    return turn(state);
  const id = state.nextId;
  return turn(
    { ...state, nextId: id + 1, asked: { kind: 'hint', id, text, cursor } },
    { type: 'ask', id, question: { type: 'hint', text, cursor } },
    { type: 'wait', id, ms: 2000 },
  );
}

/** An answer to a text that has changed since is not used. */
export function answered(before: WorkbenchState, id: number, answer: Answer, at: number): Turn {
  if (before.namesId === id)
    return turn({
      ...before,
      namesId: null,
      names: isCompletions(answer) ? answer : before.names,
    });
  const { asked } = before;
  if (asked?.id !== id) return turn(before);
  const state = { ...before, asked: null };
  const { text, cursor } = state.editor;
  if (asked.kind === 'whole') return decide(state, isWhole(answer) ? answer : looksWhole(text), at);
  if (asked.text !== text || asked.cursor !== cursor) return turn(state);
  if (asked.kind === 'hint') return turn({ ...state, hint: isHint(answer) ? answer.lines : [] });
  const nothing: Completions = { start: cursor, end: cursor, candidates: [] };
  return turn(withCompletions(state, isCompletions(answer) ? answer : nothing));
}

function withCompletions(state: WorkbenchState, completions: Completions): WorkbenchState {
  if (completions.candidates.length === 0)
    return { ...state, notice: line(span('nothing to complete here', 'dim')) };
  return { ...state, hint: [], editor: completed(state.editor, completions) };
}

function isCompletions(answer: Answer): answer is Completions {
  return answer !== null && 'candidates' in answer;
}

function isHint(answer: Answer): answer is Hint {
  return answer !== null && 'lines' in answer;
}

function isWhole(answer: Answer): answer is Whole {
  return answer !== null && 'whole' in answer;
}
