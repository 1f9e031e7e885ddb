import { visibleText } from '../../../plots/visible.js';
import type { StyledLine } from '../../styled.js';
import { line, padEnd, span } from '../../styled.js';
import { keyLabel } from '../keys.js';
import type { InputLine } from './list-state.js';
import type { ViewPlace } from './view-keys.js';
import { viewerKeys } from './view-keys.js';

export interface FrameState {
  width: number;
  input: InputLine | null;
  message: { text: string; isError: boolean } | null;
}

/** A window of `body` rows, filled up with empty ones. */
export function scrolledText(
  lines: readonly StyledLine[],
  scroll: number,
  body: number,
): StyledLine[] {
  const shown = lines.slice(scroll, scroll + body);
  return [...shown, ...Array.from({ length: body - shown.length }, (): StyledLine => [])];
}

/** `enter open · s sort`, the keys told from what they do. */
export function hints(text: string): StyledLine {
  return text.split(' · ').flatMap((hint, at) => {
    const [keys, ...does] = hint.split(/ (?=\S+$)/);
    return [
      span(at === 0 ? '' : ' · ', 'dim'),
      span(keys, 'accent'),
      span(` ${does.join(' ')}`, 'dim'),
    ];
  });
}

/** The last line: what is typed, else what there is to say, else the keys; at its end how far down. */
export function footerLine(
  { input, message, width }: FrameState,
  keys: StyledLine,
  place?: { scroll: number; lines: number; body: number },
): StyledLine {
  if (message?.isError && input === null)
    return line(span(`× ${visibleText(message.text).replaceAll('\n', ' ')}`, 'bad'));
  if (input) return inputRow(input, message, width);
  if (message) return line(span(`· ${visibleText(message.text)}`, 'accent'));
  if (place === undefined || place.lines <= place.body) return keys;
  const share = Math.round((100 * place.scroll) / (place.lines - place.body));
  return [span(`${padEnd(`${share} %`, 6)}`, 'dim'), ...keys];
}

/** Typed text with its cursor `▏`; a wrong filter says behind it what is wrong. */
function inputRow(
  { kind, text, at }: InputLine,
  message: FrameState['message'],
  width: number,
): StyledLine {
  const letters = [...text];
  // What is typed at the end of a long line stays in sight.
  const from = Math.max(0, at - Math.max(10, width - 20));
  return line(
    span(kind === 'search' ? '/' : '& ', 'title'),
    visibleText(letters.slice(from, at).join('')),
    span('▏', 'accent'),
    visibleText(letters.slice(at).join('')),
    message === null
      ? span(
          kind === 'search'
            ? '   enter finds it, esc leaves'
            : '   outcome:clean reward>0.5 -kind:heap /text',
          'dim',
        )
      : span(`  × ${visibleText(message.text).replaceAll('\n', ' ')}`, 'bad'),
  );
}

const places: readonly [ViewPlace, string][] = [
  ['rollouts', 'Rollouts'],
  ['inspector', 'Inspector'],
  ['problems', 'Problems'],
  ['text', 'Differences, texts'],
];

/** The key map of the views, a window of it. */
export function keyLines(scroll: number, rows: number): StyledLine[] {
  const body = Math.max(1, rows - 2);
  const all = allKeyLines();
  const from = Math.max(0, Math.min(scroll, all.length - body));
  return [
    line(span('keys', 'title'), span('   j k scroll · ? or q closes', 'dim')),
    ...scrolledText(all, from, body),
    all.length > body ? line(span(`${all.length - body - from} more`, 'dim')) : [],
  ];
}

/** How many lines the key map has. */
export function keyLineCount(): number {
  return allKeyLines().length;
}

function allKeyLines(): StyledLine[] {
  return places.flatMap(([place, title]) => [
    line(span(title, 'title')),
    ...viewerKeys
      .filter(({ when }) => when.includes(place))
      .map(({ keys, summary }) =>
        line('  ', span(padEnd(keys.map(keyLabel).join(' '), 24), 'accent'), summary),
      ),
  ]);
}
