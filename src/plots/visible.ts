/**
 * Text of a model or a program as something that can be looked at safely: what steers a terminal, a
 * browser or the eye (control characters, bidirectional overrides, characters without ink, halves of
 * surrogate pairs) becomes a visible stand-in. Letters of every script stay as they are.
 */
export function visibleText(text: string): string {
  return [...text].map(visibleCharacter).join('');
}

/** One code point; a line feed and a tab stay. */
export function visibleCharacter(character: string): string {
  if (character === '\n' || character === '\t') return character;
  return needsStandIn(character) ? standIn(character) : character;
}

/** A carriage return too: on paper it would be invisible. */
export function needsStandIn(character: string): boolean {
  if (character >= ' ' && character <= '~') return false;
  if (character === '\n' || character === '\t') return false;
  // Variation selectors 15 and 16 only choose between text and emoji.
  if (character === '\ufe0e' || character === '\ufe0f') return false;
  return hidden.test(character) || (blank.test(character) && character !== ' ');
}

// Controls, formats, lone surrogates, separators of lines and paragraphs, whatever draws nothing.
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\p{DI}]/u;
// Blanks that are no blank to a compiler.
const blank = /\p{Zs}/u;

// By name, not as a picture such as ␛: few fonts have those.
const controls = (
  'NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI ' +
  'DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US'
).split(' ');

/** `⟨ESC⟩` for an ASCII control character, `⟨U+202E⟩` for any other. */
function standIn(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  const name = point === 0x7f ? 'DEL' : controls[point];
  return `⟨${name ?? `U+${point.toString(16).toUpperCase().padStart(4, '0')}`}⟩`;
}
