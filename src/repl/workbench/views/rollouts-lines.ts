import { visibleText } from '../../../plots/visible.js';
import { thousands } from '../../views/numbers.js';
import { outcomeSign, outcomeTone } from '../../views/outcome.js';
import type { StyledLine } from '../../styled.js';
import { fitLine, line, plainText, span, textWidth } from '../../styled.js';
import type { SortColumn } from '../../viewer/messages.js';
import { footerLine, hints, keyLines, scrolledText } from './frame-lines.js';
import { headerLine, rolloutLine, sortLetters } from './rollouts-columns.js';
import {
  bodyRows,
  inspectorRows,
  placeOf,
  promptRows,
  type RolloutsState,
} from './rollouts-state.js';

/** All of the view as lines: never more than `rows`, none wider than `width`. */
export function rolloutsLines(state: RolloutsState): StyledLine[] {
  const { width, rows } = state;
  const lines = state.help
    ? keyLines(state.help.scroll, rows, placeOf(state))
    : state.screen === 'list'
      ? listLines(state)
      : state.screen === 'inspector'
        ? inspectorLines(state)
        : diffScreen(state);
  return lines.slice(0, rows).map((each) => fitLine(each, width));
}

function listLines(state: RolloutsState): StyledLine[] {
  const { width, page, place, query, marks } = state;
  const body = bodyRows(state);
  const drawn = Array.from({ length: body }, (_, at): StyledLine => {
    const index = place.offset + at;
    if (page === null || index >= page.total) return [];
    const row = page.rows[index - page.offset];
    if (row === undefined) return line(span('  …', 'dim'));
    return rolloutLine(row, width, {
      isUnder: index === place.cursor,
      mark: marks.findIndex(({ position }) => position === row.position) + 1,
    });
  });
  if (page === null) drawn[0] = line(span('  reading …', 'dim'));
  else if (page.total === 0) drawn[0] = line(span(`  ${emptyText(state)}`, 'dim'));
  return [
    titleLine(state),
    countsLine(state),
    ...promptLines(state),
    headerLine(width, query),
    ...drawn,
    listFooter(state),
  ];
}

function emptyText({ query, page }: RolloutsState): string {
  if (query.filter !== '') return 'no rollout fits the filter; & changes it';
  return page?.progress.isWhole === false ? 'reading …' : 'no rollouts yet';
}

/** `rollouts of runs/tour  12 of 1,536 · filter reward>0.5 · following`. */
function titleLine({ source, page, place, query, progress, follows }: RolloutsState): StyledLine {
  const total = page?.total ?? 0;
  const parts = [
    total === 0 ? '0' : `${thousands(place.cursor + 1)} of ${thousands(total)}`,
    ...(query.within === null ? [] : ['one group']),
    ...(query.filter === '' ? [] : [`filter ${visibleText(query.filter)}`]),
    ...(source.follows ? [follows ? 'following' : 'held still'] : []),
  ];
  const spans = line(span(visibleText(source.title), 'title'), '  ', parts.join(' · '));
  if (progress !== null && !progress.isWhole) {
    const share = Math.floor((100 * progress.bytes) / Math.max(1, progress.total));
    spans.push(span(` · read ${share} % (${thousands(progress.records)})`, 'accent'));
  }
  if (progress !== null && progress.malformed > 0)
    spans.push(
      span(
        ` · ! ${progress.malformed} ${progress.malformed === 1 ? 'line is' : 'lines are'} no rollout: ${visibleText((progress.firstMalformed ?? '').slice(0, 200)).replaceAll('\n', ' ')}`,
        'warn',
      ),
    );
  if (progress !== null && progress.isWhole && progress.tornBytes > 0)
    spans.push(span(` · ! last line unfinished (${progress.tornBytes} bytes)`, 'warn'));
  return spans;
}

function countsLine({ page }: RolloutsState): StyledLine {
  if (page === null) return [];
  return page.counts.flatMap(([name, count], at) => [
    span(at === 0 ? '' : '  '),
    name === 'unjudged'
      ? span(`not judged ${thousands(count)}`, 'dim')
      : span(`${outcomeSign(name)} ${name} ${thousands(count)}`, outcomeTone(name)),
  ]);
}

function promptLines({ page, query }: RolloutsState): StyledLine[] {
  if (query.within === null || !page?.prompt) return [];
  const all = page.prompt.trimEnd().split('\n');
  const rows = promptRows(page);
  // The end of a prompt says what is asked.
  return all
    .slice(-rows)
    .map((text, at) =>
      line(
        span(
          `${at === 0 && all.length > rows ? '… ' : '  '}${text.replaceAll('\t', '  ')}`,
          'accent',
        ),
      ),
    );
}

function listFooter(state: RolloutsState): StyledLine {
  if (state.sorting) return sortLine(state.width);
  const [group, leave] =
    state.query.within === null ? ['v group · ', 'q leave'] : ['', 'q all rollouts'];
  return footerLine(
    state,
    hints(
      `enter open · ${group}s sort · & filter · / search · d mark · ? keys · ${leave}`,
      state.width,
    ),
  );
}

/** Which letter sorts by what; in little room by the names of the header. */
function sortLine(width: number): StyledLine {
  const entries = Object.entries(sortLetters);
  const named = (nameOf: (column: SortColumn) => string): StyledLine =>
    entries.flatMap(([letter, column], at) => [
      span(`${at === 0 ? '' : ' '}${letter}`, 'accent'),
      span(` ${nameOf(column)}`, 'dim'),
    ]);
  const whole = line(span('sort by  ', 'title'), ...named((column) => column));
  return textWidth(plainText(whole)) <= width ? whole : named((column) => short[column] ?? column);
}

const short: Partial<Record<SortColumn, string>> = {
  order: 'file',
  group: 'grp',
  sample: 'smp',
  advantage: 'adv',
  tokens: 'tok',
  findings: 'find',
};

function inspectorLines(state: RolloutsState): StyledLine[] {
  const { inspector, place, page } = state;
  const { page: shown, scroll, scheme, lambda } = inspector;
  const body = inspectorRows(state);
  const at =
    page === null || page.total === 0
      ? ''
      : `${thousands(place.cursor + 1)} of ${thousands(page.total)}  `;
  if (shown === null)
    return [
      line(span(at, 'dim')),
      ...scrolledText([line(span('  reading …', 'dim'))], 0, body),
      [],
      [],
      [],
      footerLine(state, []),
    ];
  const computed = scheme === 'stored' || scheme === 'scalar' ? '' : ` λ ${lambda.toFixed(1)}`;
  return [
    line(
      span(at, 'dim'),
      span(shown.title, 'title'),
      span(`  ${shown.problem}  heat ${shown.heat ?? 'none'} · scheme ${scheme}${computed}`, 'dim'),
    ),
    ...scrolledText(shown.lines, scroll, body),
    ...shown.detail.slice(0, 3),
    footerLine(
      state,
      hints(
        'h l token · n N rollout · m heat · s scheme · e finding · v group · ? keys · q back',
        state.width - 6,
      ),
      { scroll, lines: shown.lines.length, body },
    ),
  ];
}

function diffScreen(state: RolloutsState): StyledLine[] {
  const { diff, rows } = state;
  if (diff === null) return [];
  const body = rows - 4;
  const side = (sign: string, row: typeof diff.first, tone: 'bad' | 'good'): StyledLine => {
    const { step, group, sample, outcome, reward } = row;
    return line(
      span(`${sign} ${step}/${group}/${sample}`, tone),
      `  ${outcome === null ? 'not judged' : `${outcomeSign(outcome)} ${outcome}`}`,
      reward === null ? '' : `  reward ${reward.toFixed(2)}`,
      span(`  ${row.problem}`, 'dim'),
    );
  };
  const lines = diff.lines ?? [line(span('reading …', 'dim'))];
  return [
    side('-', diff.first, 'bad'),
    side('+', diff.second, 'good'),
    [],
    ...scrolledText(lines, diff.scroll, body),
    footerLine(state, hints('j k scroll · ? keys · q back', state.width - 6), {
      scroll: diff.scroll,
      lines: lines.length,
      body,
    }),
  ];
}
