import type { StyledLine } from '../styled.js';
import { fitLine, line, padEnd, span, textWidth } from '../styled.js';
import { duration } from '../views/numbers.js';
import { dashboardLines } from './dashboard.js';
import { searchMatches } from './editor-history.js';
import type { Candidate } from './editor-state.js';
import { keyMapLines } from './keys.js';
import { promptLines } from './prompt-lines.js';
import { namesAt } from './questions.js';
import type { WorkbenchState } from './state.js';
import { statusLines } from './status-line.js';

export interface LiveLines {
  lines: StyledLine[];
  /** Where the terminal's cursor stands, in columns and lines of the live part. */
  cursor: { x: number; y: number } | null;
}

/**
 * The live part below the finished output, at most `rows` − 1 high: work in hand, the prompt, what is
 * open below it, a hint, the status. What there is no room for gives way in that order.
 */
export function liveLines(state: WorkbenchState): LiveLines {
  const width = Math.max(20, state.columns - 1);
  const height = Math.max(4, state.rows - 1);
  const status = height >= 8 ? statusLines(state, width) : statusLines(state, width).slice(0, 1);
  const hint = hintLine(state, width);
  const prompt = promptOf(state, width, Math.max(1, Math.floor(height / 2) - status.length));
  const fixed = status.length + prompt.lines.length + 1;
  const open = openLines(state, width, height - fixed);
  const above = workLines(state, width, height - fixed - open.length);
  return {
    lines: [...above, ...prompt.lines, ...open, hint, ...status].map((each) =>
      fitLine(each, width),
    ),
    cursor: { x: prompt.cursor.x, y: prompt.cursor.y + above.length },
  };
}

function promptOf(
  state: WorkbenchState,
  width: number,
  height: number,
): ReturnType<typeof promptLines> {
  const { editor } = state;
  if (!editor.search)
    return promptLines(editor.text, editor.cursor, {
      width,
      height,
      tone: state.engine === 'ready' ? 'accent' : 'dim',
    });
  const found = searchMatches(editor)[editor.search.selected];
  const title = 'history: ';
  const rows = line(span('‹ ', 'accent'), span(title, 'title'), editor.search.query);
  const none = found === undefined ? span('   no match', 'warn') : span('');
  return {
    lines: [[...rows, none]],
    cursor: { x: 2 + textWidth(title) + textWidth(editor.search.query), y: 0 },
  };
}

/** The menu, the matches of a search, or the key map. */
function openLines(state: WorkbenchState, width: number, room: number): StyledLine[] {
  const { editor } = state;
  if (state.help) return cutBelow(keyMapLines(width), room);
  if (editor.search) {
    const rows = searchMatches(editor).map((text) => line(span(text.split('\n').join(' ⏎ '))));
    return menu(rows, editor.search.selected, Math.min(8, room));
  }
  if (!editor.menu) return [];
  const names = Math.min(
    32,
    Math.max(...editor.menu.candidates.map(({ text }) => textWidth(text))),
  );
  const rows = editor.menu.candidates.map((each) => candidateLine(each, names));
  return menu(rows, editor.menu.selected, Math.min(8, room));
}

function candidateLine({ text, summary }: Candidate, names: number): StyledLine {
  return line(padEnd(text, names), span(summary ? `  ${summary}` : '', 'dim'));
}

function menu(rows: readonly StyledLine[], selected: number, height: number): StyledLine[] {
  if (height <= 0) return [];
  const from = Math.max(0, Math.min(selected - Math.floor(height / 2), rows.length - height));
  const shown = rows
    .slice(from, from + height)
    .map((row, index) =>
      from + index === selected
        ? line(span('▸ ', 'accent'), ...row.map((part) => span(part.text, 'accent')))
        : line('  ', ...row),
    );
  if (rows.length <= height) return shown;
  const last = shown.length - 1;
  shown[last] = [...shown[last], span(`  ${selected + 1}/${rows.length}`, 'dim')];
  return shown;
}

function cutBelow(lines: StyledLine[], room: number): StyledLine[] {
  if (lines.length <= room) return lines;
  return [
    ...lines.slice(0, Math.max(0, room - 1)),
    line(span('… a higher screen shows the rest; ? in a view shows its own keys', 'dim')),
  ].slice(0, Math.max(0, room));
}

/** Wider than this, a curve and its figures are too far apart to be read as one row. */
const dashboardWidth = 100;

/** What is in hand and what waits for it. */
function workLines(state: WorkbenchState, width: number, room: number): StyledLine[] {
  const { work, queue } = state;
  if (room <= 0) return [];
  const queued = queue.map((text, index) =>
    line(span(`  queued ${index + 1}  `, 'dim'), text.split('\n')[0]),
  );
  const waiting =
    queued.length > 3
      ? [...queued.slice(0, 2), line(span(`  … ${queued.length - 2} more queued`, 'dim'))]
      : queued;
  if (!work) return waiting.slice(0, room);
  const head = line(
    span(work.stopping ? '■ ' : '● ', 'warn'),
    span(work.text.split('\n')[0], 'title'),
    span(`  ${duration(state.now - work.startedAt)}`, 'dim'),
  );
  const curves = state.dashboard
    ? dashboardLines(state.dashboard, Math.min(width, dashboardWidth), room - 1 - waiting.length)
    : [];
  return [head, ...curves, ...waiting].slice(0, room);
}

/** The first row of a hint; where a word of it was broken off, it says that it goes on. */
function firstRow([first, ...more]: readonly StyledLine[], width: number): StyledLine {
  const goesOn = more.some((each) => each.some(({ text, tone }) => text !== '' && tone !== 'dim'));
  return fitLine([...first, ...(goesOn ? [span(' …', 'dim')] : [])], width);
}

function hintLine(state: WorkbenchState, width: number): StyledLine {
  const { editor } = state;
  if (state.notice) return state.notice;
  if (editor.search) return dim('Ctrl-R older · Ctrl-S newer · Enter takes it · Esc back');
  if (editor.menu) return dim('Tab and arrows choose · Enter takes it · Esc closes');
  if (state.help) return dim('any key closes this');
  if (state.hint.length > 0) return firstRow(state.hint, width);
  if (editor.text.length > 1) {
    const names = namesAt(state)?.candidates ?? [];
    if (names.length === 1) return dim(`${names[0].text}  ${names[0].summary ?? ''}`);
    if (names.length > 1) return dim(names.map(({ text }) => text.replace(/^\//, '')).join(' · '));
  }
  if (editor.text === '') {
    if (state.work) return dim('Ctrl-C stops it · what you send now is queued');
    return dim('/ and a command, or TypeScript · Tab completes · ? keys · Ctrl-D leaves');
  }
  return line('');
}

function dim(text: string): StyledLine {
  return line(span(text, 'dim'));
}
