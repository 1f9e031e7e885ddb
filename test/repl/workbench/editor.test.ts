import { describe, expect, it } from 'vitest';
import type { KeyEvent } from '../../../src/repl/workbench/decode-keys.js';
import { decodeKeys } from '../../../src/repl/workbench/decode-keys.js';
import { searchMatches } from '../../../src/repl/workbench/editor-history.js';
import { completed } from '../../../src/repl/workbench/editor-menu.js';
import type { EditorState } from '../../../src/repl/workbench/editor-state.js';
import { initialEditor } from '../../../src/repl/workbench/editor-state.js';
import { editKey, newline } from '../../../src/repl/workbench/editor.js';
import { looksWhole } from '../../../src/repl/workbench/whole.js';

const key = (name: string): KeyEvent => ({ type: 'key', key: name });
const text = (typed: string): KeyEvent => ({ type: 'text', text: typed });

function after(editor: EditorState, ...events: (KeyEvent | string)[]): EditorState {
  return events.reduce<EditorState>(
    (before, event) => editKey(before, typeof event === 'string' ? key(event) : event).editor,
    editor,
  );
}

/** The text with `|` where the cursor is. */
const shown = ({ text: typed, cursor }: EditorState): string =>
  `${typed.slice(0, cursor)}|${typed.slice(cursor)}`;

const typed = (content: string): EditorState => after(initialEditor(), text(content));

describe('the editor of the prompt', () => {
  it('puts a bracket that closes a block below what opened it', () => {
    const inBlock = newline(typed('for (;;) {'), 2);
    expect(shown(after(inBlock, text('}')))).toBe('for (;;) {\n}|');
    expect(shown(after(inBlock, text('x'), text('}')))).toBe('for (;;) {\n  x}|');
    expect(shown(after(inBlock, { type: 'paste', text: '}' }))).toBe('for (;;) {\n  }|');
    expect(shown(after(typed('  '), text('}')))).toBe('  }|');
  });

  it('moves by characters as a reader counts them', () => {
    const family = '👩‍👩‍👧';
    expect(shown(after(typed(`a${family}é`), 'left', 'left'))).toBe(`a|${family}é`);
    expect(shown(after(typed(`漢e\u0301`), 'left'))).toBe('漢|e\u0301');
    expect(shown(after(typed(`a${family}`), 'backspace'))).toBe('a|');
  });

  it('moves and cuts by words and lines, and puts back what was cut', () => {
    expect(shown(after(typed('one two.three'), 'alt-b'))).toBe('one two.|three');
    expect(shown(after(typed('one two'), 'ctrl-w', 'ctrl-w', 'ctrl-y'))).toBe('one two|');
    expect(shown(after(typed('one two'), 'ctrl-a', 'alt-d', 'ctrl-e', 'ctrl-y'))).toBe(' twoone|');
    expect(shown(after(typed('one two'), 'alt-b', 'ctrl-k'))).toBe('one |');
    expect(shown(after(typed('one'), 'ctrl-u'))).toBe('|');
  });

  it('goes up and down in a text of several lines, and to the history at its edges', () => {
    const editor = after(initialEditor(['/judge']), {
      type: 'paste',
      text: 'long line\nab\nthird',
    });
    expect(shown(after(editor, 'up'))).toBe('long line\nab|\nthird');
    expect(shown(after(editor, 'up', 'up'))).toBe('long |line\nab\nthird');
    expect(shown(after(editor, 'up', 'up', 'up'))).toBe('/judge|');
    expect(shown(after(editor, 'up', 'up', 'up', 'down'))).toBe('long line\nab\nthird|');
  });

  it('finds lines of the history while one types', () => {
    const editor = after(initialEditor(['/sample 4', 'x = 1', '/sample 8']), 'ctrl-r', text('SAM'));
    expect(searchMatches(editor)).toEqual(['/sample 8', '/sample 4']);
    expect(shown(after(editor, 'ctrl-r', 'enter'))).toBe('/sample 4|');
    expect(after(editor, 'esc').text).toBe('');
  });

  it('puts in what all completions begin with, then offers them', () => {
    const editor = completed(typed('/s'), {
      start: 1,
      end: 2,
      candidates: [{ text: 'sample' }, { text: 'save' }],
    });
    expect(shown(editor)).toBe('/sa|');
    expect(shown(after(editor, 'tab', 'enter'))).toBe('/save|');
    expect(after(editor, text('x')).menu).toBeNull();
  });

  it('keeps the indent of the line above', () => {
    expect(newline(typed('  a'), undefined).text).toBe('  a\n  ');
    expect(newline(typed('f(() => {'), 2).text).toBe('f(() => {\n  ');
  });

  it('takes ? for the key map only on an empty line', () => {
    expect(editKey(initialEditor(), text('?')).ask).toBe('help');
    expect(editKey(typed('a ? b'), text('?')).ask).toBeNull();
  });
});

describe('what the terminal sends', () => {
  const events = (raw: string): string[] =>
    decodeKeys(raw, null).events.map((event) =>
      event.type === 'key' ? event.key : JSON.stringify(event.text),
    );

  it('is read key by key, also when several come at once', () => {
    expect(events('ab\rc')).toEqual(['"ab"', 'enter', '"c"']);
    expect(events('\u0003')).toEqual(['ctrl-c']);
  });

  it('is understood in the dialects of terminals', () => {
    expect(['\u001b[A', '\u001bOA'].flatMap(events)).toEqual(['up', 'up']);
    expect(['\u001b[1;5C', '\u001bf', '\u001b\r', '\u001b[13;2u'].flatMap(events)).toEqual([
      'ctrl-right',
      'alt-f',
      'alt-enter',
      'shift-enter',
    ]);
    expect(events('\u001b')).toEqual(['esc']);
    expect(events('\u001b[99;9Q')).toEqual([]);
  });

  it('is one text when it was pasted, without control characters', () => {
    let pasting: string | null = null;
    const all: KeyEvent[] = [];
    for (const raw of ['\u001b[200~', 'a\r\nb\tc', '\u001b[31m', 'd\u0007', '\u001b[201~']) {
      const decoded = decodeKeys(raw, pasting);
      pasting = decoded.pasting;
      all.push(...decoded.events);
    }
    expect(all).toEqual([{ type: 'paste', text: 'a\nb  cd' }]);
  });
});

describe('whether a text is whole, without the engine', () => {
  it.each([
    ['1 + 1', true],
    ['f({', false],
    ['`${a', false],
    ['`${"}"}`', true],
    ["'(' // {", true],
    ['/* open', false],
    ['const x =', false],
    ['x++', true],
  ])('%s: %s', (code, whole) => expect(looksWhole(code).whole).toBe(whole));
});
