import { z } from 'zod';
import { inputError } from '../../errors.js';
import type { ProgramTests } from '../../records.js';
import { nearMiss } from '../closest.js';

/** The keys of each kind of case, the first one telling the kind. */
const caseKeys = {
  input: ['stdin', 'expected', 'args'],
  assertion: ['assert'],
  value: ['code', 'expected'],
} as const;

type CaseKind = keyof typeof caseKeys;

/** The tests of a program from JSON, as `rlsf judge --tests` and a task's folder take them. */
export function readTests(file: string, value: unknown): ProgramTests {
  const cases = {
    input: z.strictObject({
      stdin: z.string(),
      expected: z.string().nullable(),
      args: z.array(z.string()).optional(),
    }),
    assertion: z.strictObject({ assert: z.string() }),
    value: z.strictObject({ code: z.string(), expected: z.string() }),
  };
  const whole = z.strictObject({
    includes: z.string().default(''),
    prefix: z.string().default(''),
    suffix: z.string().default(''),
    files: z.record(z.string(), z.string()).optional(),
    compileOnly: z.boolean().optional(),
    cases: z.array(z.record(z.string(), z.unknown())).default([]),
  });
  const parsed = whole.safeParse(value);
  if (!parsed.success) throw refusal(file, '', Object.keys(whole.shape), value, parsed.error);
  return {
    ...parsed.data,
    cases: parsed.data.cases.map((one, i) => {
      const kind = kindOf(one);
      if (kind === null) throw unknownCase(file, `cases[${i}]`, one);
      const read = cases[kind].safeParse(one);
      if (read.success) return read.data;
      throw refusal(file, `cases[${i}]`, caseKeys[kind], one, read.error);
    }),
  };
}

/** JSON from a file of a person's own. */
export function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw inputError(
      `${file}: expected JSON, got text that does not parse (${String(error)}). Mend it and try again.`,
    );
  }
}

/** By the keys that it has, or seems to mean; `null`: by none. */
function kindOf(one: Record<string, unknown>): CaseKind | null {
  const kinds = Object.keys(caseKeys) as CaseKind[];
  const known = kinds.map((kind) => caseKeys[kind][0]);
  const told = Object.keys(one);
  const meant = told.map((key) => nearMiss(key, known));
  const find = (keys: readonly (string | null)[]): CaseKind | undefined =>
    kinds.find((kind) => keys.includes(caseKeys[kind][0]));
  return find(told) ?? find(meant) ?? null;
}

function unknownCase(file: string, place: string, one: Record<string, unknown>): Error {
  const shapes = Object.values(caseKeys).map((keys) => `{${keys.join(', ')}}`);
  const told = Object.keys(one).map((key) => `'${key}'`);
  return inputError(
    `${file}: ${place}: expected a case ${shapes.slice(0, -1).join(', ')} or ${shapes.at(-1)}, got ${told.length === 0 ? 'no key at all' : `the keys ${told.join(', ')}`}.`,
  );
}

/** The first thing that is wrong at `place`: a key nobody knows, one that is missing, a value. */
function refusal(
  file: string,
  place: string,
  keys: readonly string[],
  value: unknown,
  { issues }: z.ZodError,
): Error {
  const told = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const missing = keys.filter((key) => !told.includes(key));
  const where = place === '' ? file : `${file}: ${place}`;
  const expected = `expected ${place === '' ? '' : 'a case '}{${keys.join(', ')}}`;
  const wrong = issues
    .flatMap((each) => (each.code === 'unrecognized_keys' ? each.keys : []))
    .at(0);
  if (wrong !== undefined) {
    // Where one key is missing that has to be there, it is meant, however unlike.
    const required = missing.filter((key) => issues.some(({ path }) => path[0] === key));
    const meant = nearMiss(wrong, missing) ?? (required.length === 1 ? required[0] : null);
    const remedy = meant === null ? 'Leave it out.' : `Did you mean '${meant}'?`;
    return inputError(`${where}: ${expected}, got the key '${wrong}'. ${remedy}`);
  }
  const [{ path, message }] = issues;
  const said = message.replace('Invalid input: ', '').replace('received', 'got');
  if (path.length === 0)
    return inputError(`${where}: ${expected}, ${said.split(', ').at(-1) ?? said}.`);
  if (path.length === 1 && missing.includes(String(path[0])))
    return inputError(`${where}: ${expected}, but '${String(path[0])}' is missing.`);
  const at = path.reduce<string>((before, key) => {
    if (typeof key === 'number') return `${before}[${key}]`;
    return before === '' ? String(key) : `${before}.${String(key)}`;
  }, place);
  return inputError(`${file}: ${at}: ${said.replace('expected record', 'expected an object')}.`);
}
