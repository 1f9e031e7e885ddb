import { inputError } from '../../errors.js';
import { outcomeOrder } from '../../records.js';
import { nearest } from '../nearest.js';
import type { Interned, NumberColumn, RolloutColumns } from './columns.js';
import { searchForm, textMatches } from './columns.js';
import type { FilterTerm } from './filter.js';
import { inRange, parseFilter, rolloutFields } from './filter.js';
import type { RolloutPage, RolloutQuery, SortColumn } from './messages.js';
import { sortedPositions } from './sort.js';

/** The rollouts that fit a query, in its order. */
export interface Selection {
  positions: Uint32Array;
  counts: RolloutPage['counts'];
}

/** Orders that were asked for; another filter under the same order sorts nothing anew. */
export type KeptOrders = Map<string, Uint32Array>;

/** How many orders are kept. */
const keptOrders = 4;

/**
 * The rollouts of the first `count` that fit.
 * @param kept of these very columns and records: a log that was read anew begins with an empty one
 * @throws where the filter cannot be understood
 */
export function selectRollouts(
  columns: RolloutColumns,
  query: RolloutQuery,
  count: number,
  kept: KeptOrders = new Map(),
): Selection {
  const terms = parseFilter(query.filter, rolloutFields);
  const fits = new Uint8Array(count).fill(1);
  for (const term of terms) keepFitting(columns, term, fits);
  if (query.within !== null) {
    const { codes } = columns.groupKey;
    const own = codes[query.within];
    for (let at = 0; at < count; at++) if (codes[at] !== own) fits[at] = 0;
  }
  const ordered = orderOf(columns, query, count, kept);
  const positions = new Uint32Array(count);
  const tally = new Array<number>(outcomeOrder.length + 1).fill(0);
  let found = 0;
  for (let at = 0; at < count; at++) {
    const position = ordered === null ? (query.descending ? count - 1 - at : at) : ordered[at];
    if (fits[position] === 0) continue;
    positions[found++] = position;
    tally[columns.outcome[position]]++;
  }
  const names = [...outcomeOrder, 'unjudged' as const];
  return {
    positions: positions.subarray(0, found),
    counts: names.flatMap((name, at): Selection['counts'] =>
      tally[at] > 0 ? [[name, tally[at]]] : [],
    ),
  };
}

/** `null`: as they stand in the file. */
function orderOf(
  columns: RolloutColumns,
  { sort, descending }: RolloutQuery,
  count: number,
  kept: KeptOrders,
): Uint32Array | null {
  if (sort === 'order') return null;
  const key = `${sort} ${descending} ${count}`;
  const order = kept.get(key) ?? sortedPositions(keysOf(columns, sort, count), count, descending);
  kept.delete(key);
  kept.set(key, order);
  for (const [old] of [...kept].slice(0, -keptOrders)) kept.delete(old);
  return order;
}

function keysOf(columns: RolloutColumns, sort: SortColumn, count: number): Float64Array {
  if (sort === 'outcome') return Float64Array.from(columns.outcome.subarray(0, count));
  if (sort === 'problem' || sort === 'kind') return ranks(columns[sort], count);
  return columns.numbers[sort as NumberColumn];
}

/** The place of each text in the alphabet; none at all comes last. */
function ranks({ codes, texts }: Interned, count: number): Float64Array {
  const order = texts.map((_, code) => code).sort((a, b) => compareTexts(texts[a], texts[b]));
  const rank = new Float64Array(texts.length);
  order.forEach((code, place) => (rank[code] = texts[code] === '' ? NaN : place));
  return Float64Array.from(codes.subarray(0, count), (code) => rank[code]);
}

/** Numbers within texts by their value: `list-find/9` before `list-find/30`. */
export function compareTexts(a: string, b: string): number {
  return collator.compare(a, b);
}

const collator = new Intl.Collator('en', { numeric: true });

/** Puts 0 where a term does not hold. */
function keepFitting(columns: RolloutColumns, term: FilterTerm, fits: Uint8Array): void {
  const count = fits.length;
  const wanted = !term.negated;
  if (term.type === 'holds') {
    const matches = textMatches(columns, count, searchForm(term.value));
    for (let at = 0; at < count; at++) if ((matches[at] === 1) !== wanted) fits[at] = 0;
  } else if (term.type === 'text') {
    const { codes, fitting } = textColumn(columns, term.field, term.value);
    for (let at = 0; at < count; at++) if (fitting[codes[at]] !== wanted) fits[at] = 0;
  } else {
    const numbers = columns.numbers[term.field as NumberColumn];
    for (let at = 0; at < count; at++) {
      const isNone = Number.isNaN(numbers[at]);
      const holds = term.type === 'none' ? isNone : !isNone && inRange(term, numbers[at]);
      // What has no number is neither above nor below one.
      if (holds !== wanted || (isNone && term.type === 'number')) fits[at] = 0;
    }
  }
}

/** A column of few different texts: the code of each record, and which codes fit. */
function textColumn(
  columns: RolloutColumns,
  field: string,
  value: string | null,
): { codes: Uint8Array | Uint32Array; fitting: boolean[] } {
  if (field === 'outcome') return { codes: columns.outcome, fitting: outcomesThatFit(value) };
  const { codes, texts } = columns[field as 'problem' | 'kind'];
  const fitting = texts.map((text) =>
    value === null ? text === '' : text.toLowerCase().includes(value),
  );
  return { codes, fitting };
}

/** For each outcome whether a text means it: its whole name, or the beginning of one word of it. */
function outcomesThatFit(value: string | null): boolean[] {
  const names = [...outcomeOrder, 'unjudged'];
  const sought = value ?? 'unjudged';
  const fits = names.map((name) => name === sought);
  if (fits.some(Boolean)) return fits;
  const begun = names.map((name) => name.split('_').some((word) => word.startsWith(sought)));
  if (begun.some(Boolean)) return begun;
  throw inputError(
    `outcome:${sought}: there is no such outcome. Did you mean '${nearest(sought, names)}'? Outcomes: ${names.join(', ')}.`,
  );
}
