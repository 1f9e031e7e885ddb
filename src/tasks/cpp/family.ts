import type { Random } from '../../algorithms/random.js';
import type { TestCase } from '../../records.js';

/**
 * A family is one kind of small C++ function. Its settings change what the function must compute
 * (condition, bounds, types, shape of the data); a style changes names and literals only.
 */
export interface Family {
  /** kebab-case, e.g. `filtered-sum`. */
  name: string;
  topics: string[];
  /** Kept out of training as a whole. */
  heldOut: boolean;
  /** One record per setting, each distinct; `JSON.stringify` of it is the setting's key. */
  settings: readonly Record<string, string | number | boolean>[];
  draft(setting: number, style: Style): Draft;
}

export function defineFamily<S extends Record<string, string | number | boolean>>(definition: {
  name: string;
  topics: string[];
  heldOut?: boolean;
  settings: readonly S[];
  draft(setting: S, style: Style): Draft;
}): Family {
  const { name, topics, heldOut = false, settings, draft } = definition;
  return { name, topics, heldOut, settings, draft: (i, style) => draft(settings[i], style) };
}

/** Every combination of the named choices, the last name varying fastest. */
export function combinations<
  const T extends Record<string, readonly (string | number | boolean)[]>,
>(choices: T): { [K in keyof T]: T[K][number] }[] {
  let rows: Record<string, string | number | boolean>[] = [{}];
  for (const [key, values] of Object.entries(choices)) {
    rows = rows.flatMap((row) => values.map((value) => ({ ...row, [key]: value })));
  }
  return rows as { [K in keyof T]: T[K][number] }[];
}

/** What a problem looks like before names and faults are settled. */
export interface Draft {
  /** One line, no comment marker: what the function returns, edge cases included. */
  statement: string;
  /** Types the function needs, shown in the prompt before the statement; usually empty. */
  prelude?: string;
  /** `long long sum_above(const int* a, int n, int k)`, without the brace. */
  signature: string;
  /** The body between the braces, four-space indentation, with its fault sites. */
  body: Piece[];
  /** At least four: an ordinary one, the edges, and one that makes each fault visible. */
  cases: TestCase[];
}

export type FaultKind =
  | 'off_by_one'
  | 'use_after_free'
  | 'double_free'
  | 'null_dereference'
  | 'overflow'
  | 'leak'
  | 'uninitialised'
  | 'wrong_condition'
  | 'wrong_value'
  | 'division_by_zero'
  | 'missing_return'
  | 'endless_loop'
  | 'unused'
  | 'syntax'
  | 'undeclared'
  | 'type_error';

/** A place in the body where a programmer may go wrong. */
export interface Site {
  /** Equivalent correct texts; the reference takes the first. */
  right: readonly string[];
  wrong: readonly { kind: FaultKind; text: string }[];
}

export type Piece = string | Site;

/** `site('<', ['off_by_one', '<='])`, `site(['i++', '++i'], …)`. */
export function site(right: string | readonly string[], ...wrong: [FaultKind, string][]): Site {
  return {
    right: typeof right === 'string' ? [right] : right,
    wrong: wrong.map(([kind, text]) => ({ kind, text })),
  };
}

/** A whole line that a programmer may forget: `${line('if (n == 0) return 0;', 'division_by_zero')}int …`. */
export function line(text: string, missing: FaultKind, ...wrong: [FaultKind, string][]): Site {
  const ended = wrong.map(([kind, other]): [FaultKind, string] => [kind, `${other}\n    `]);
  return site(`${text}\n    `, [missing, ''], ...ended);
}

/** A fault that only some settings have: `...when(element === 'int', 'overflow', 'int')`. */
export function when(condition: boolean, kind: FaultKind, text: string): [FaultKind, string][] {
  return condition ? [[kind, text]] : [];
}

/**
 * Body text with sites in it. The first line break is dropped and so is the indentation common to
 * all lines beyond four spaces, so that bodies read naturally in the families' source.
 */
export function code(
  strings: TemplateStringsArray,
  ...values: readonly (string | number | Site | Piece[])[]
): Piece[] {
  const pieces: Piece[] = [];
  strings.forEach((text, i) => {
    pieces.push(text);
    if (i < values.length) {
      const value = values[i];
      if (Array.isArray(value)) pieces.push(...value);
      else if (typeof value === 'number') pieces.push(String(value));
      else pieces.push(value);
    }
  });
  return dedent(pieces);
}

/** Names and literals of one problem, all drawn from one seeded generator. */
export interface Style {
  random: Random;
  /** A name from the pool that this problem does not use yet. */
  name(pool: readonly string[]): string;
  /** An integer in [low, high]. */
  number(low: number, high: number): number;
}

export function createStyle(random: Random): Style {
  const taken = new Set<string>();
  return {
    random,
    name(pool) {
      const free = pool.filter((candidate) => !taken.has(candidate));
      const chosen = free.length > 0 ? random.pick(free) : `${random.pick(pool)}${taken.size}`;
      taken.add(chosen);
      return chosen;
    },
    number: (low, high) => low + random.int(high - low + 1),
  };
}

export const names = {
  array: ['a', 'v', 'xs', 'arr', 'data', 'nums'],
  second: ['b', 'w', 'ys', 'other', 'rhs'],
  count: ['n', 'len', 'size', 'm'],
  index: ['i', 'j', 'k', 'p', 'idx'],
  inner: ['q', 't', 'u', 'jj', 'r'],
  sum: ['sum', 'total', 'acc', 's', 'result'],
  best: ['best', 'top', 'res', 'ans'],
  counter: ['count', 'cnt', 'c', 'hits'],
  limit: ['limit', 'x', 'bound', 'key', 'target'],
  text: ['text', 'str', 'word', 'line'],
  pointer: ['node', 'cur', 'it', 'ptr'],
  head: ['head', 'first', 'list', 'root'],
  matrix: ['a', 'g', 'grid', 'mat', 'cells'],
  buffer: ['buf', 'tmp', 'out', 'copy'],
} as const;

export interface Rendered {
  body: string;
  faults: FaultKind[];
}

/** The correct body. */
export function renderReference(draft: Draft): string {
  return draft.body.map((piece) => (typeof piece === 'string' ? piece : piece.right[0])).join('');
}

/** A body in which every site is wrong with probability `faultRate`, independently. */
export function renderWithFaults(draft: Draft, random: Random, faultRate: number): Rendered {
  const faults: FaultKind[] = [];
  const body = draft.body
    .map((piece) => {
      if (typeof piece === 'string') return piece;
      if (piece.wrong.length > 0 && random.next() < faultRate) {
        const fault = random.pick(piece.wrong);
        faults.push(fault.kind);
        return fault.text;
      }
      return random.pick(piece.right);
    })
    .join('');
  return { body, faults };
}

/** Every body with exactly one fault: what the judge must be able to catch. */
export function singleFaults(draft: Draft): { kind: FaultKind; body: string }[] {
  return draft.body.flatMap((piece, at) =>
    typeof piece === 'string'
      ? []
      : piece.wrong.map(({ kind, text }) => ({
          kind,
          body: draft.body
            .map((other, i) =>
              i === at ? text : typeof other === 'string' ? other : other.right[0],
            )
            .join(''),
        })),
  );
}

function dedent(pieces: Piece[]): Piece[] {
  const first = pieces[0];
  if (typeof first === 'string') pieces[0] = first.replace(/^\n/, '');
  const last = pieces.length - 1;
  const tail = pieces[last];
  if (typeof tail === 'string') pieces[last] = tail.replace(/\n[ \t]*$/, '\n');
  const text = pieces.map((piece) => (typeof piece === 'string' ? piece : 'x')).join('');
  const margins = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => /^ */.exec(line)![0].length);
  const extra = Math.max(0, Math.min(...margins) - 4);
  if (extra === 0) return pieces;
  const atLineStart = new RegExp(`\\n {${extra}}`, 'g');
  return pieces.map((piece, i) => {
    if (typeof piece !== 'string') return piece;
    const body = piece.replace(atLineStart, '\n');
    return i === 0 ? body.replace(new RegExp(`^ {${extra}}`), '') : body;
  });
}
