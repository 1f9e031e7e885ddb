import { createRandom } from '../algorithms/random.js';
import { inputError } from '../errors.js';
import type { Language, Problem, Verdict } from '../records.js';
import { closest } from './closest.js';
import { rowFields, type Fields } from './files/fields.js';
import { findFiles, type DataSource } from './files/find.js';
import { readItems } from './files/rows.js';
import { cutOnes, uniqueIds } from './splits.js';
import type { BadRow, Task, TaskAdapter, TaskOptions } from './task.js';

/** What an adapter says of a published data set; `dataSet` does the rest. */
export interface DataSet<Item extends { id: string }> {
  name: string;
  summary: string;
  /** A function where the files depend on the language. */
  source: DataSource | ((language: Language) => DataSource);
  /** The default first. */
  languages: Language[];
  /** The default first. */
  promptFormats: PromptFormat[];
  /** One row; throws an input error that says what is wrong with it. */
  read(fields: Fields, context: RowContext): Item;
  /** The published split of a row, where one file holds several. */
  splitOf?(item: Item): string;
  problem(item: Item, context: DraftContext<Item>): Draft;
  /** What a person should know of the rows of a split (the first). */
  notes?: (language: Language, items: readonly Item[]) => string[];
  knownFailure?(problem: Problem, verdict: Verdict): string | null;
}

export interface RowContext {
  language: Language;
  promptFormat: string;
  split: string;
  /** The row's number in its split, from 0. */
  index: number;
}

export interface PromptFormat {
  name: string;
  summary: string;
  /** Texts that end a completion. */
  stop: readonly string[] | ((language: Language) => readonly string[]);
  /** Worked examples in front. @default 0 */
  shots?: number;
}

export interface DraftContext<Item> {
  language: Language;
  promptFormat: string;
  /** Rows to show as examples: the format's number of them, never the item itself. */
  shots: readonly Item[];
}

/** A problem but for what it has from its set: id, task, split. */
export type Draft = Omit<Problem, 'id' | 'task' | 'split' | 'language' | 'columns'> &
  Partial<Pick<Problem, 'language' | 'columns'>>;

/** The adapter of a data set: finds its files, reads their rows, cuts splits, draws by seed. */
export function dataSet<Item extends { id: string }>(set: DataSet<Item>): TaskAdapter {
  const { name, summary, languages, promptFormats } = set;
  const { splits, hub, files } = sourceOf(set, languages[0]);
  return {
    name,
    summary,
    splits: Object.keys(splits),
    promptFormats: promptFormats.map((format) => format.name),
    languages,
    source: hub === null ? files : `${files}; ${hub} on the Hub`,
    open: (options) => openDataSet(set, options),
  };
}

async function openDataSet<Item extends { id: string }>(
  set: DataSet<Item>,
  options: TaskOptions,
): Promise<Task> {
  const { name, summary } = set;
  const language = chosen(name, 'language', set.languages, options.language);
  const formats = set.promptFormats.map((format) => format.name);
  const promptFormat = chosen(name, 'prompt format', formats, options.promptFormat);
  const format = set.promptFormats.find((each) => each.name === promptFormat) as PromptFormat;
  const { items, skipped } = await readSplits(set, { language, promptFormat }, options);
  const shotsFor = shotDrawer(name, items, format, options);
  const problemsOf = new Map<string, Problem[]>();
  const all = (split: string): Problem[] => {
    const known = problemsOf.get(split);
    if (known) return known;
    const made = (items.get(split) ?? []).map((item): Problem => {
      const draft = set.problem(item, { language, promptFormat, shots: shotsFor(item) });
      return { id: item.id, task: name, split, language, columns: {}, ...draft };
    });
    problemsOf.set(split, made);
    return made;
  };
  const splits = [...items.keys()];
  return {
    name,
    summary,
    splits,
    stop: [...(typeof format.stop === 'function' ? format.stop(language) : format.stop)],
    problems({ split, n = Infinity, seed }) {
      const problems = all(chosen(name, 'split', splits, split));
      return createRandom(`${name}/${split}/${seed}`).shuffle(problems).slice(0, n);
    },
    skipped,
    notes: set.notes?.(language, items.get(splits[0]) ?? []) ?? [],
    ...(set.knownFailure && { knownFailure: set.knownFailure }),
  };
}

function sourceOf<Item extends { id: string }>(
  { source }: DataSet<Item>,
  language: Language,
): DataSource {
  return typeof source === 'function' ? source(language) : source;
}

/** Items by split; a set that comes as one split is cut into `train` and `held_out` besides. */
async function readSplits<Item extends { id: string }>(
  set: DataSet<Item>,
  chosenNames: Pick<RowContext, 'language' | 'promptFormat'>,
  options: TaskOptions,
): Promise<{ items: Map<string, Item[]>; skipped: BadRow[] }> {
  const source = sourceOf(set, chosenNames.language);
  const { malformed = 'fail', signal, heldOutShare = 0.2 } = options;
  const files = await findFiles(set.name, source, options);
  const items = new Map<string, Item[]>();
  const skipped: BadRow[] = [];
  const isNew = uniqueIds();
  for (const split of [...Object.keys(source.splits), ...Object.keys(files)]) {
    if (items.has(split) || files[split] === undefined) continue;
    const rows: Item[] = [];
    let before = 0;
    for (const file of files[split]) {
      const read = (value: Record<string, unknown>, place: string, i: number): Item =>
        isNew(set.read(rowFields(value), { ...chosenNames, split, index: before + i }), place);
      const { items: good, bad } = await readItems(file, { read, malformed, signal });
      for (const item of good) rows.push(item);
      skipped.push(...bad);
      before += good.length + bad.length;
    }
    items.set(split, rows);
  }
  const splits = [...items];
  if (splits.every(([, rows]) => rows.length === 0)) {
    const first =
      skipped.length > 0
        ? ` The first of ${skipped.length} that were skipped, ${skipped[0].place}: ${skipped[0].reason}`
        : '';
    throw inputError(
      `Task ${set.name}: ${Object.values(files).flat().join(', ')}: no row can be used.${first}`,
    );
  }
  const [[, only]] = splits;
  if (splits.length === 1 && set.splitOf) return { items: groupedBy(only, set.splitOf), skipped };
  if (splits.length > 1) return { items, skipped };
  return { items: cutOnes(set.name, only, heldOutShare), skipped };
}

function groupedBy<Item>(rows: readonly Item[], keyOf: (row: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}

/** The same examples for every problem, but for a problem that is one of them. */
function shotDrawer<Item extends { id: string }>(
  name: string,
  items: ReadonlyMap<string, Item[]>,
  { name: format, shots = 0 }: PromptFormat,
  { shotSeed = 0 }: TaskOptions,
): (item: Item) => Item[] {
  if (shots === 0) return () => [];
  const from = items.get('prompt') ?? items.get('train') ?? [];
  if (from.length <= shots)
    throw inputError(
      `Task ${name}: the prompt format ${format} shows ${shots} training rows, but there are ${from.length}. Give the folder with the training file too, or choose another format.`,
    );
  const drawn = createRandom(`${name}/shots/${shotSeed}`)
    .shuffle(from)
    .slice(0, shots + 1);
  return (item) => drawn.filter(({ id }) => id !== item.id).slice(0, shots);
}

function chosen<Name extends string>(
  task: string,
  what: string,
  known: readonly Name[],
  given: string | undefined,
): Name {
  const found = given === undefined ? known[0] : known.find((name) => name === given);
  if (found !== undefined) return found;
  throw inputError(
    `Task ${task}: expected a ${what} of ${known.join(', ')}, got "${given}". Did you mean "${closest(given ?? '', known)}"?`,
  );
}
