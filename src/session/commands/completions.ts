import type { Session } from '../session.js';
import type { Candidate, SessionCommand } from './command.js';
import { fieldsOf } from './fields.js';
import type { Field } from './fields.js';
import { quoteWord, splitWords } from './words.js';
import type { Word } from './words.js';

/** What fits at the cursor: `text` replaces the range from `start` to `end`, in UTF-16 units. */
export interface LineCompletions {
  start: number;
  end: number;
  candidates: { text: string; summary?: string }[];
}

/**
 * Completion of a typed line, without or with its slash: names of commands, flags, enumerations, and
 * what a command knows of the session here and now (problems, rewards, config keys, folders, files).
 */
export async function completions(
  session: Session,
  commands: readonly SessionCommand[],
  text: string,
  cursor: number,
): Promise<LineCompletions> {
  const slash = /^\s*\//.exec(text)?.[0].length ?? 0;
  const { words } = splitWords(text.slice(slash, cursor));
  const last = words[words.length - 1];
  const typed: Word =
    last && last.end === cursor - slash
      ? last
      : { text: '', start: cursor - slash, end: cursor - slash, isQuoted: false };
  const before = words.filter((word) => word !== typed);
  const range = { start: typed.start + slash, end: cursor };
  if (before.length === 0) {
    const names = commands.map(({ name, summary }) => ({ text: name, summary }));
    return { ...range, candidates: fitting(names, typed.text) };
  }
  const command = commands.find(({ name }) => name === before[0].text);
  if (!command) return { ...range, candidates: [] };
  const fields = fieldsOf(command);
  const { field, used } = fieldAt(command, fields, before.slice(1));
  const flagged = /^(--[\w-]+)=(.*)$/s.exec(typed.text);
  if (field === null && flagged) {
    const own = fields.find(({ flag }) => flag === flagged[1]);
    const values = own ? await valuesOf(session, command, own, flagged[2]) : [];
    const start = range.start + flagged[1].length + 1;
    return { start, end: range.end, candidates: fitting(values, flagged[2]).map(quoted) };
  }
  const flags = fields
    .filter((each) => each.isList || !used.has(each))
    .map(({ flag, summary }) => ({ text: flag, summary }));
  const place = field ?? nextPlace(command, fields, used);
  if (field === null && typed.text.startsWith('-') && !typed.isQuoted)
    return { ...range, candidates: fitting(flags, typed.text) };
  const values = place ? await valuesOf(session, command, place, typed.text) : [];
  const candidates = fitting(values, typed.text).map(quoted);
  // Nothing is known of the values: the flags are still worth showing.
  if (candidates.length === 0 && field === null && typed.text === '')
    return { ...range, candidates: flags };
  return { ...range, candidates };
}

/** The flag that waits for its value, and the fields that are given so far. */
function fieldAt(
  command: SessionCommand,
  fields: readonly Field[],
  words: readonly Word[],
): { field: Field | null; used: Set<Field> } {
  const used = new Set<Field>();
  let field: Field | null = null;
  for (const { text, isQuoted } of words) {
    if (field !== null) {
      field = null;
      continue;
    }
    const flag = isQuoted ? undefined : /^--?[A-Za-z][\w-]*/.exec(text)?.[0];
    const long = flag?.replace(/^-(?!-)/, '--').replace(/^--no-/, '--');
    const own = fields.find((each) => each.flag === long);
    if (own) {
      used.add(own);
      if (own.kind !== 'flag' && !text.includes('=')) field = own;
    } else if (flag === undefined) {
      const place = nextPlace(command, fields, used);
      if (place) used.add(place);
    }
  }
  return { field, used };
}

function nextPlace(
  command: SessionCommand,
  fields: readonly Field[],
  used: ReadonlySet<Field>,
): Field | null {
  const places = fields.slice(0, command.positional?.length ?? 0);
  return places.find((field) => field.isList || !used.has(field)) ?? null;
}

async function valuesOf(
  session: Session,
  command: SessionCommand,
  field: Field,
  typed: string,
): Promise<{ text: string; summary?: string }[]> {
  if (field.kind === 'choice') return field.choices.map((text) => ({ text }));
  const known: readonly Candidate[] =
    (await command.complete?.(session, field.name, typed).catch(() => [])) ?? [];
  return known.map((each) => (typeof each === 'string' ? { text: each } : each));
}

/** Those that begin as it is typed; where none does, those that hold it. */
function fitting<Each extends { text: string }>(
  candidates: readonly Each[],
  typed: string,
): Each[] {
  const wanted = typed.toLowerCase();
  const begin = candidates.filter(({ text }) => text.toLowerCase().startsWith(wanted));
  return begin.length > 0
    ? begin
    : candidates.filter(({ text }) => text.toLowerCase().includes(wanted));
}

function quoted<Each extends { text: string }>(candidate: Each): Each {
  return { ...candidate, text: quoteWord(candidate.text) };
}
