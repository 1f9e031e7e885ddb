import { outcomeSign, outcomeTone } from '../../views/outcome.js';
import { cutEnd, cutStart } from '../../views/fit.js';
import { signed } from '../../views/numbers.js';
import type { StyledLine, StyledSpan, Tone } from '../../styled.js';
import { padEnd, padStart, span } from '../../styled.js';
import type { RolloutQuery, RolloutRow, SortColumn } from '../../viewer/messages.js';

/** The key of each column behind `s`. */
export const sortLetters: Readonly<Record<string, SortColumn>> = {
  i: 'order',
  s: 'step',
  g: 'group',
  n: 'sample',
  p: 'problem',
  o: 'outcome',
  r: 'reward',
  a: 'advantage',
  t: 'tokens',
  f: 'findings',
  k: 'kind',
};

interface Column {
  title: string;
  /** What sorts by it; the id by its three parts. */
  sorts: readonly SortColumn[];
  /** `null`: shares what is left. */
  width: number | null;
  right?: boolean;
  cell(row: RolloutRow): { text: string; tone: Tone };
}

const plain = (text: string): { text: string; tone: Tone } => ({ text, tone: 'plain' });
const none = { text: '–', tone: 'dim' } as const;

const columns: readonly Column[] = [
  {
    title: 'step/grp/smp',
    sorts: ['step', 'group', 'sample'],
    width: 12,
    cell: ({ step, group, sample }) => plain(`${step}/${group}/${sample}`),
  },
  {
    title: 'outcome',
    sorts: ['outcome'],
    width: 15,
    cell: ({ outcome }) =>
      outcome === null
        ? { text: '  not judged', tone: 'dim' }
        : { text: `${outcomeSign(outcome)} ${outcome}`, tone: outcomeTone(outcome) },
  },
  {
    title: 'reward',
    sorts: ['reward'],
    width: 7,
    right: true,
    cell: ({ reward, unscorable }) =>
      unscorable
        ? { text: 'none ?', tone: 'warn' }
        : reward === null
          ? none
          : plain(reward.toFixed(2)),
  },
  {
    title: 'adv',
    sorts: ['advantage'],
    width: 6,
    right: true,
    cell: ({ advantage }) =>
      advantage === null
        ? none
        : {
            text: signed(advantage),
            tone: advantage > 0 ? 'good' : advantage < 0 ? 'bad' : 'plain',
          },
  },
  {
    title: 'tok',
    sorts: ['tokens'],
    width: 5,
    right: true,
    cell: ({ tokens }) => plain(String(tokens)),
  },
  {
    title: 'find',
    sorts: ['findings'],
    width: 5,
    right: true,
    cell: ({ findings }) => (findings === 0 ? { text: '·', tone: 'dim' } : plain(String(findings))),
  },
  { title: 'problem', sorts: ['problem'], width: null, cell: ({ problem }) => plain(problem) },
  {
    title: 'kind',
    sorts: ['kind'],
    width: null,
    cell: ({ kind }) => ({ text: kind, tone: 'warn' }),
  },
];

const GAP = 1;
/** What stands before the columns: the cursor and a mark. */
const SIGNS = 3;

export function headerLine(width: number, { sort, descending }: RolloutQuery): StyledLine {
  const sign = descending ? '▼' : '▲';
  return [
    span(' '.repeat(SIGNS)),
    ...laidOut(width, ({ title, sorts }) => ({
      text: sorts.includes(sort)
        ? sorts.length > 1
          ? `${sort}${sign}`
          : `${title}${sign}`
        : title,
      tone: sorts.includes(sort) ? ('title' as const) : ('dim' as const),
    })),
  ];
}

export function rolloutLine(
  row: RolloutRow,
  width: number,
  { isUnder, mark }: { isUnder: boolean; mark: number },
): StyledLine {
  return [
    span(isUnder ? '▸' : ' ', 'accent'),
    span(mark === 0 ? '  ' : `${mark} `, 'accent'),
    ...laidOut(width, (column) => column.cell(row)).map((part) =>
      isUnder && part.tone === 'plain' ? { ...part, tone: 'title' as const } : part,
    ),
  ];
}

function laidOut(
  width: number,
  cellOf: (column: Column) => { text: string; tone: Tone },
): StyledSpan[] {
  const fixed = columns.reduce((sum, column) => sum + (column.width ?? 0) + GAP, SIGNS - GAP);
  const left = Math.max(0, width - fixed);
  // Problems' names tell more than kinds where there is little room.
  const shares = { problem: Math.ceil(left * 0.55), kind: Math.floor(left * 0.45) };
  return columns.flatMap((column, at) => {
    const room = column.width ?? shares[column.title as keyof typeof shares];
    const { text, tone } = cellOf(column);
    const fitted = column.title === 'problem' ? cutStart(text, room) : cutEnd(text, room);
    const padded = column.right ? padStart(fitted, room) : padEnd(fitted, room);
    return [...(at === 0 ? [] : [span(' '.repeat(GAP))]), span(padded, tone)];
  });
}
