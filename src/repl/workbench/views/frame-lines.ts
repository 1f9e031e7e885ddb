import { visibleText } from '../../../plots/visible.js';
import type { StyledLine } from '../../styled.js';
import { line, padEnd, span, textWidth } from '../../styled.js';
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

/**
 * `enter open · s sort`, the keys told from what they do. Where there is too little room, those before
 * the last two give way from the right: how to see all keys and how to leave is always told.
 */
export function hints(text: string, width: number): StyledLine {
  const all = text.split(' · ');
  const ends = all.slice(-2);
  const shown = all.slice(0, -2);
  while (shown.length > 0 && textWidth([...shown, ...ends].join(' · ')) > width) shown.pop();
  return [...shown, ...ends].flatMap((hint, at) => {
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
  { kind, text, at, example }: InputLine,
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
      ? span(kind === 'search' ? '   enter finds it, esc leaves' : `   ${example}`, 'dim')
      : span(`  × ${visibleText(message.text).replaceAll('\n', ' ')}`, 'bad'),
  );
}

const places: readonly [ViewPlace, string][] = [
  ['rollouts', 'Rollouts'],
  ['inspector', 'Inspector'],
  ['problems', 'Problems'],
  ['text', 'Differences, texts'],
];

/** The key map of the views, a window of it; the place where one is comes first. */
export function keyLines(scroll: number, rows: number, here: ViewPlace): StyledLine[] {
  const body = Math.max(1, rows - 2);
  const all = allKeyLines(here);
  const from = Math.max(0, Math.min(scroll, all.length - body));
  return [
    line(span('keys', 'title'), span('   j k scroll · ? or q closes', 'dim')),
    ...scrolledText(all, from, body),
    all.length > body ? line(span(`${all.length - body - from} more below`, 'dim')) : [],
  ];
}

/** How many lines the key map has. */
export function keyLineCount(): number {
  return allKeyLines('rollouts').length;
}

function allKeyLines(here: ViewPlace): StyledLine[] {
  const own = places.filter(([place]) => place === here);
  const others = places.filter(([place]) => place !== here);
  return [...own, ...others].flatMap(([place, title]) => [
    line(span(title, 'title')),
    ...viewerKeys
      .filter(({ when }) => when.includes(place))
      .map(({ keys, summary }) =>
        line('  ', span(padEnd(keys.map(keyLabel).join(' '), 24), 'accent'), summary),
      ),
  ]);
}
