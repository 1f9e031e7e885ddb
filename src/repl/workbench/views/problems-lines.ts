import { visibleText } from '../../../plots/visible.js';
import { cutEnd, cutStart } from '../../views/fit.js';
import { thousands } from '../../views/numbers.js';
import type { StyledLine } from '../../styled.js';
import { fitLine, line, padEnd, padStart, span, wrapText } from '../../styled.js';
import { footerLine, hints, keyLines, scrolledText } from './frame-lines.js';
import type { ProblemsState } from './problems-state.js';
import { problemRows, problemUnder, shownRows } from './problems-state.js';

/** All of the view as lines: never more than `rows`, none wider than `width`. */
export function problemsLines(state: ProblemsState): StyledLine[] {
  const { width, rows } = state;
  const lines = state.help
    ? keyLines(state.help.scroll, rows, state.shown ? 'text' : 'problems')
    : state.shown
      ? shownLines(state, state.shown)
      : listLines(state);
  return lines.slice(0, rows).map((each) => fitLine(each, width));
}

function listLines(state: ProblemsState): StyledLine[] {
  const { page, place, width, filter } = state;
  const body = problemRows(state);
  const id = Math.max(16, Math.floor(width * 0.35));
  const title = width - id - 2 - 7 - 2;
  const drawn = Array.from({ length: body }, (_, at): StyledLine => {
    const index = place.offset + at;
    const row = page?.rows[index - page.offset];
    if (row === undefined) return [];
    const isUnder = index === place.cursor;
    return line(
      span(isUnder ? '▸ ' : '  ', 'accent'),
      span(padEnd(cutStart(row.id, id), id), isUnder ? 'title' : 'plain'),
      span(padStart(String(row.tests), 5), 'dim'),
      row.reference ? '  ' : span(' ×', 'warn'),
      '  ',
      span(cutEnd(row.title, title), isUnder ? 'title' : 'plain'),
    );
  });
  if (page === null) drawn[0] = line(span('  reading the problems …', 'dim'));
  else if (page.total === 0)
    drawn[0] = line(span('  no problem fits the filter; & changes it', 'dim'));
  const columns = wrapText(problemUnder(state)?.columns ?? '', width - 2);
  return [
    line(
      span(visibleText(page?.title ?? 'problems'), 'title'),
      page === null || page.total === 0
        ? ''
        : `  ${thousands(place.cursor + 1)} of ${thousands(page.total)}${page.total === page.all ? '' : ` (${thousands(page.all)} in all)`}`,
      filter === '' ? '' : ` · filter ${visibleText(filter)}`,
    ),
    line(span(`  ${padEnd('problem', id)}tests    what is asked   (× no reference)`, 'dim')),
    ...drawn,
    ...[0, 1].map((at) => line(span(`  ${columns[at] ?? ''}`, 'dim'))),
    footerLine(state, hints('enter pick · l show · & filter · / search · ? keys · q leave', width)),
  ];
}

function shownLines(
  state: ProblemsState,
  { lines, scroll }: NonNullable<ProblemsState['shown']>,
): StyledLine[] {
  const body = shownRows(state);
  const all = lines ?? [line(span('reading …', 'dim'))];
  return [
    ...scrolledText(all, scroll, body),
    [],
    footerLine(state, hints('j k scroll · enter pick · ? keys · q back', state.width - 6), {
      scroll,
      lines: all.length,
      body,
    }),
  ];
}
