/**
 * The one key map: the prompt and its menus act by it, the views by `view-keys.ts`, which it takes in;
 * `?` and the docs are made of it.
 */
import type { StyledLine } from '../styled.js';
import { line, padEnd, span, textWidth, wrapText } from '../styled.js';
import type { KeyBinding } from './key-binding.js';
import { viewerKeys } from './views/view-keys.js';
import type { ViewPlace } from './views/view-keys.js';

const bindings = <Act extends string>(
  rows: readonly (readonly [Act, string, string])[],
): readonly KeyBinding<Act>[] =>
  rows.map(([act, keys, summary]) => ({ act, keys: keys.split(' '), summary }));

export const promptKeys = bindings([
  ['send', 'enter', 'run; go on where not whole'],
  ['newline', 'alt-enter shift-enter ctrl-j', 'a new line'],
  ['complete', 'tab', 'complete the name'],
  ['searchHistory', 'ctrl-r', 'search the history'],
  ['up', 'up ctrl-p', 'line up; history'],
  ['down', 'down ctrl-n', 'line down; history'],
  ['left', 'left ctrl-b', 'a character left'],
  ['right', 'right ctrl-f', 'a character right'],
  ['wordLeft', 'alt-b ctrl-left alt-left', 'a word left'],
  ['wordRight', 'alt-f ctrl-right alt-right', 'a word right'],
  ['lineStart', 'ctrl-a home', 'start of the line'],
  ['lineEnd', 'ctrl-e end', 'end of the line'],
  ['deleteLeft', 'backspace', 'delete a character'],
  ['deleteRight', 'delete', 'delete under the cursor'],
  ['endOrDelete', 'ctrl-d', 'leave; delete, in a line'],
  ['killWordLeft', 'ctrl-w alt-backspace', 'cut the word before'],
  ['killWordRight', 'alt-d', 'cut the word after'],
  ['killToEnd', 'ctrl-k', 'cut to the end'],
  ['killToStart', 'ctrl-u', 'cut to the start'],
  ['yank', 'ctrl-y', 'put back the cut'],
  ['expandError', 'ctrl-o', 'last error in full'],
  ['browse', 'ctrl-t', 'browse the rollouts'],
  ['redraw', 'ctrl-l', 'draw the screen anew'],
  ['interrupt', 'ctrl-c', 'stop, or clear; twice: leave'],
  ['help', '?', 'this map, on no text'],
] as const);

/** While completions are open; any other key closes them and does what it does. */
export const menuKeys = bindings([
  ['next', 'tab down ctrl-n', 'next'],
  ['previous', 'shift-tab up ctrl-p', 'the one before'],
  ['pick', 'enter right', 'take it'],
  ['close', 'esc', 'close'],
] as const);

/** While the history is searched; what is typed narrows it. */
export const searchKeys = bindings([
  ['older', 'ctrl-r up ctrl-p', 'an older match'],
  ['newer', 'ctrl-s down ctrl-n', 'a newer match'],
  ['take', 'enter tab right end ctrl-e', 'put it on the line'],
  ['deleteLeft', 'backspace', 'delete a character'],
  ['close', 'esc ctrl-g ctrl-c', 'back to the line'],
] as const);

export interface KeyGroup {
  title: string;
  bindings: readonly KeyBinding[];
}

export const keyGroups: readonly KeyGroup[] = [
  { title: 'Prompt', bindings: promptKeys },
  { title: 'Completions', bindings: menuKeys },
  { title: 'History search', bindings: searchKeys },
  viewGroup('Rollouts', 'rollouts'),
  viewGroup('Inspector', 'inspector'),
  viewGroup('Problems', 'problems'),
  viewGroup('Texts', 'text'),
];

function viewGroup(title: string, place: ViewPlace): KeyGroup {
  return { title, bindings: viewerKeys.filter(({ when }) => when.includes(place)) };
}

export function actOf<Act extends string>(
  map: readonly KeyBinding<Act>[],
  key: string,
): Act | undefined {
  return map.find(({ keys }) => keys.includes(key))?.act;
}

/** As it is written for people: `Ctrl-A`, `↑`, `Enter`. */
export function keyLabel(key: string): string {
  const signs: Record<string, string> = { up: '↑', down: '↓', left: '←', right: '→' };
  const parts = key.split('-');
  if (key.length === 1) return key;
  return parts
    .map((part, index) => {
      if (signs[part]) return signs[part];
      if (part.length === 1 && index > 0 && parts[0] === 'ctrl') return part.toUpperCase();
      return part.length === 1 ? part : part[0].toUpperCase() + part.slice(1);
    })
    .join('-');
}

/** The key map in as many columns as fit. */
export function keyMapLines(width: number): StyledLine[] {
  const rows = keyGroups.slice(0, 1).flatMap(({ bindings: each }) => each.map(keyRow));
  const others = keyGroups.slice(1).flatMap(({ title, bindings: each }) => {
    const told = each
      .filter(({ act }) => act !== 'deleteLeft')
      .map(({ keys, summary }) => `${keyLabel(keys[0])} ${summary}`);
    const [first, ...more] = wrapText(told.join(' · '), width - 2 - textWidth(title));
    return [
      line(span(`${title}: `, 'title'), first),
      ...more.map((row) => line(`${' '.repeat(textWidth(title) + 2)}${row}`)),
    ];
  });
  const columns = width >= 78 ? 2 : 1;
  const height = Math.ceil(rows.length / columns);
  const columnWidth = Math.floor(width / columns);
  const names = width >= 110 ? 22 : 11;
  const table = Array.from({ length: height }, (_, row) =>
    line(
      ...Array.from({ length: columns }, (_, column) => rows[column * height + row])
        .filter((each) => each !== undefined)
        .flatMap(([keys, summary]) => [
          span(padEnd(keys.slice(0, names > 11 ? 2 : 1).join(' '), names), 'accent'),
          span(padEnd(summary, columnWidth - names)),
        ]),
    ),
  );
  return [...table, ...others];
}

/** The key map as a page's tables. */
export function keyMapMarkdown(): string {
  return keyGroups
    .map(
      ({ title, bindings: each }) =>
        `### ${title}\n\n| keys | do |\n| --- | --- |\n${each
          .map(
            ({ keys, summary }) =>
              `| ${keys.map((k) => `\`${keyLabel(k)}\``).join(' ')} | ${summary} |`,
          )
          .join('\n')}\n`,
    )
    .join('\n');
}

function keyRow({ keys, summary }: KeyBinding): [string[], string] {
  return [keys.map(keyLabel), summary];
}
