/** A text without the escape sequences of a terminal: colours, `\x1b[K`, links. */
export function withoutColours(text: string): string {
  return text.includes('\x1b')
    ? text.replaceAll(/\x1b\[[0-9;]*[A-Za-z]|\x1b\]8;[^\x07\x1b]*(?:\x07|\x1b\\)/g, '')
    : text;
}
