/** What came from the keyboard: a named key, typed text, or a text pasted as a whole. */
export type KeyEvent =
  { type: 'key'; key: string } | { type: 'text'; text: string } | { type: 'paste'; text: string };

/** What a paste has brought so far; `null` outside of one. */
export type PasteState = string | null;

const pasteStart = '\u001b[200~';
const pasteEnd = '\u001b[201~';

/**
 * Reads what a terminal sends: text, control characters, escape sequences of xterm, the Linux
 * console and kitty, and bracketed paste. `raw` is text or one escape sequence, as Ink's parser cuts
 * its input; fast typing and a terminal without bracketed paste bring several keys at once.
 */
export function decodeKeys(
  raw: string,
  pasting: PasteState,
): { events: KeyEvent[]; pasting: PasteState } {
  if (raw === pasteStart) return { events: [], pasting: '' };
  if (raw === pasteEnd)
    return {
      events: pasting ? [{ type: 'paste', text: pastedText(pasting) }] : [],
      pasting: null,
    };
  if (pasting !== null) return { events: [], pasting: pasting + raw };
  if (raw.startsWith('\u001b')) {
    const key = escapeKey(raw);
    return { events: key === null ? [] : [{ type: 'key', key }], pasting: null };
  }
  return { events: plainKeys(raw), pasting: null };
}

/** Line ends of any kind become one, tabs two spaces; other control characters are left out. */
export function pastedText(text: string): string {
  return text
    .replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, '')
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, '  ')
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '');
}

const controls: Record<string, string> = {
  '\r': 'enter',
  '\n': 'ctrl-j',
  '\t': 'tab',
  '\b': 'ctrl-h',
  '\u007f': 'backspace',
  '\u001f': 'ctrl-_',
};

function plainKeys(raw: string): KeyEvent[] {
  const events: KeyEvent[] = [];
  for (const part of raw.match(/[\u0000-\u001f\u007f]|[^\u0000-\u001f\u007f]+/g) ?? []) {
    const code = part.charCodeAt(0);
    if (code >= 32 && code !== 127) events.push({ type: 'text', text: part });
    else if (part === '\b') events.push({ type: 'key', key: 'backspace' });
    else if (controls[part]) events.push({ type: 'key', key: controls[part] });
    else if (code >= 1 && code <= 26)
      events.push({ type: 'key', key: `ctrl-${String.fromCharCode(code + 96)}` });
  }
  return events;
}

const letters: Record<string, string> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  H: 'home',
  F: 'end',
  Z: 'shift-tab',
};
const numbers: Record<string, string> = {
  1: 'home',
  3: 'delete',
  4: 'end',
  5: 'page-up',
  6: 'page-down',
  7: 'home',
  8: 'end',
};
const codes: Record<string, string> = { 9: 'tab', 13: 'enter', 27: 'esc', 127: 'backspace' };

/** The key of one escape sequence; `null`: one that means nothing here. */
function escapeKey(raw: string): string | null {
  if (/^\u001b+$/.test(raw)) return 'esc';
  if (raw.startsWith('\u001b\u001b')) return withAlt(escapeKey(raw.slice(1)));
  const sequence = /^\u001b(?:\[|O)([0-9;]*)([A-Za-z~])$/.exec(raw);
  if (!sequence) {
    const [plain] = plainKeys(raw.slice(1));
    if (!plain || raw.startsWith('\u001b[') || raw.startsWith('\u001bO')) return null;
    return withAlt(plain.type === 'key' ? plain.key : plain.text);
  }
  const [first = '', second = '', third = ''] = sequence[1].split(';');
  // `CSI 27 ; modifiers ; code ~` and `CSI code ; modifiers u`: keys that have no sequence of their own.
  if (sequence[2] === '~' && first === '27') return modified(codeKey(third), second);
  if (sequence[2] === 'u') return modified(codeKey(first), second);
  return modified(sequence[2] === '~' ? numbers[first] : letters[sequence[2]], second);
}

function codeKey(code: string): string | undefined {
  const point = Number(code);
  return codes[code] ?? (point > 32 && point < 0x10ffff ? String.fromCodePoint(point) : undefined);
}

function modified(key: string | undefined, modifiers: string): string | null {
  if (key === undefined) return null;
  const bits = Math.max(0, Number(modifiers || 1) - 1);
  const shift = bits & 1 && key.length > 1 ? 'shift-' : '';
  const alt = bits & 2 ? 'alt-' : '';
  const ctrl = bits & 4 ? 'ctrl-' : '';
  return `${ctrl}${alt}${shift}${key}`;
}

function withAlt(key: string | null): string | null {
  return key === null || key === 'esc' ? key : `alt-${key}`;
}
