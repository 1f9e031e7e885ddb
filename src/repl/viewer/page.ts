import { visibleText } from '../../plots/visible.js';
import { outcomeOrder } from '../../records.js';
import type { RolloutColumns } from './columns.js';
import { searchForm, textHolds } from './columns.js';
import type { LogIndex } from './log-index.js';
import type {
  Answers,
  FindQuestion,
  PageQuestion,
  RolloutPage,
  RolloutQuery,
  RolloutRow,
} from './messages.js';
import type { KeptOrders, Selection } from './select.js';
import { selectRollouts } from './select.js';

/** The pages of one log. The last selection is kept: turning a page selects nothing anew. */
export interface Pages {
  page(question: PageQuestion): RolloutPage;
  find(question: FindQuestion): Answers['find'];
}

export function createPages(index: LogIndex): Pages {
  let kept: { key: string; selection: Selection } | null = null;
  let orders: { generation: number; of: KeptOrders } | null = null;
  const select = (query: RolloutQuery): Selection => {
    const { records, generation } = index.progress();
    const count = Math.min(records, query.limit ?? records);
    const key = JSON.stringify([query, count, generation]);
    if (orders?.generation !== generation) orders = { generation, of: new Map() };
    if (kept?.key !== key)
      kept = { key, selection: selectRollouts(index.columns, query, count, orders.of) };
    return kept.selection;
  };
  return {
    page({ query, offset, count, anchor, end }) {
      const { positions, counts } = select(query);
      const found = anchor === undefined ? -1 : positions.indexOf(anchor.position);
      const wanted =
        end === true ? positions.length - count : found >= 0 ? found - (anchor?.row ?? 0) : offset;
      const first = Math.max(0, Math.min(wanted, positions.length - count));
      return {
        offset: first,
        rows: [...positions.subarray(first, first + count)].map((at) => rowOf(index.columns, at)),
        total: positions.length,
        counts,
        anchor: found >= 0 ? found : null,
        prompt: query.within === null ? null : promptOf(index, query.within),
        progress: index.progress(),
      };
    },
    find({ query, text, from, direction }) {
      const { positions } = select(query);
      const wanted = searchForm(text);
      const total = positions.length;
      for (let step = 1; step <= total; step++) {
        const at = (((from + direction * step) % total) + total) % total;
        if (textHolds(index.columns, positions[at], wanted))
          return { index: at, wrapped: direction > 0 ? at <= from : at >= from };
      }
      return { index: null, wrapped: false };
    },
  };
}

function rowOf(columns: RolloutColumns, position: number): RolloutRow {
  const { numbers, problem, kind } = columns;
  const number = (value: number): number | null => (Number.isNaN(value) ? null : value);
  return {
    position,
    step: numbers.step[position],
    group: numbers.group[position],
    sample: numbers.sample[position],
    problem: oneLine(problem.texts[problem.codes[position]]),
    outcome: outcomeOrder[columns.outcome[position]] ?? null,
    reward: number(numbers.reward[position]),
    unscorable: columns.unscorable[position] === 1,
    advantage: number(numbers.advantage[position]),
    tokens: numbers.tokens[position],
    findings: numbers.findings[position],
    kind: oneLine(kind.texts[kind.codes[position]]),
  };
}

/** One line without anything that steers a terminal. */
export function oneLine(text: string, most = 500): string {
  return visibleText(text.slice(0, most)).replaceAll('\n', '⏎').replaceAll('\t', ' ');
}

function promptOf(index: LogIndex, position: number): string | null {
  const { prompt } = index.read(position) as { prompt?: unknown };
  return typeof prompt === 'string' ? visibleText(prompt.slice(0, 8000)) : null;
}
