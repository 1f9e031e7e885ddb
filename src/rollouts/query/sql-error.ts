import { inputError, isRlsfError } from '../../errors.js';

/** DuckDB's message as one of ours: what is wrong, the nearest names, the place. */
export function sqlError(error: unknown): unknown {
  if (isRlsfError(error) || !(error instanceof Error)) return error;
  const said =
    /^(?:Failed to extract statements: )?(?:([A-Z]\w+(?: \w+)?) Error: )?([\s\S]*)$/.exec(
      error.message,
    );
  const kind = said?.[1] ?? '';
  const [what, place] = splitPlace(said?.[2] ?? error.message);
  if (!known.includes(kind)) return error;
  return inputError(`query: ${explain(kind, what)}${place}`, { cause: error });
}

const known = [
  'Parser',
  'Binder',
  'Catalog',
  'Conversion',
  'Invalid Input',
  'Out of Range',
  'Permission',
  'Not implemented',
  'Out of Memory',
];

function splitPlace(text: string): [string, string] {
  const at = text.search(/\n\s*LINE \d+:/);
  const [what, place] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at).trimEnd()];
  return [what.trim(), place.replace(/^\s*\n/, '\n')];
}

function explain(kind: string, what: string): string {
  const column = /Referenced column "(.+?)" not found/.exec(what);
  if (column) {
    const nearest = /Candidate bindings: (.+)/.exec(what)?.[1].replaceAll('"', '');
    return `there is no column ${column[1]}${nearest === undefined ? '' : `. Near it: ${nearest}`}.`;
  }
  const table = /Table with name (\S+) does not exist/.exec(what);
  if (table)
    return `there is no table ${table[1]}. The tables are rollouts, rewards, diagnostics and metrics.`;
  if (kind === 'Permission')
    return `${what}. A query reads the index of the rollouts and no other file.`;
  if (kind === 'Out of Memory')
    return `${firstLine(what)} Give it more memory, or ask for less at once.`;
  return what.replace(/\s*Candidate functions:[\s\S]*/, '').replaceAll(/\s*\n\s*/g, ' ');
}

function firstLine(text: string): string {
  return text.split('\n')[0];
}
