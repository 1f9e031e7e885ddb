import { inputError } from '../../errors.js';
import type { Language, TestCase } from '../../records.js';
import type { Fields } from '../files/fields.js';

export interface ProblemRow {
  id: string;
  statement: string;
  /** The whole prompt, where the row has it ready, between QUESTION and ANSWER. */
  asked: string | null;
  /** Code that the answer begins with; '' without such. */
  starter: string;
  cases: TestCase[];
  reference: string | null;
  columns: Record<string, unknown>;
}

/** A row as TACO, APPS, CodeContests or rllm publish it. */
export function readProblemRow(
  row: Fields,
  {
    name,
    language,
    split,
    index,
  }: { name: string; language: Language; split: string; index: number },
): ProblemRow {
  const given = row.has('id') || row.has('task_id') || row.has('name');
  const id = given
    ? String(row.value['id'] ?? row.value['task_id'] ?? row.value['name'])
    : `${split}/${index}`;
  const columns: Record<string, unknown> = {};
  for (const column of ['difficulty', 'source', 'url', 'tags', 'time_limit', 'memory_limit'])
    if (row.has(column)) columns[column] = row.value[column];
  return {
    id: id.startsWith(`${name}/`) || (id.includes('/') && given) ? id : `${name}/${id}`,
    ...statementOf(row),
    starter: row.optionalText('starter_code') ?? '',
    cases: casesOf(row, language),
    reference: referenceOf(row, language),
    columns,
  };
}

/** TACO's prompts hold the question between their own words. */
function statementOf(row: Fields): Pick<ProblemRow, 'statement' | 'asked'> {
  const text = row.text('question', 'problem', 'description', 'prompt');
  const found =
    /^\s*QUESTION:\n([\s\S]*?)\n(?:Use (?:Standard Input|Call-Based) format\n)?ANSWER:\s*$/.exec(
      text,
    );
  return found === null ? { statement: text, asked: null } : { statement: found[1], asked: text };
}

interface Pairs {
  inputs: unknown[];
  outputs: unknown[];
  fnName: string | null;
}

function casesOf(row: Fields, language: Language): TestCase[] {
  const { inputs, outputs, fnName } = pairsOf(row);
  if (inputs.length !== outputs.length)
    throw inputError(
      `expected as many outputs as inputs, got ${inputs.length} inputs and ${outputs.length} outputs.`,
    );
  if (fnName === null)
    return inputs.map((input, i) => ({ stdin: asLines(input), expected: asLines(outputs[i]) }));
  if (language !== 'python')
    throw inputError(
      `its tests call the function ${fnName}, which works in Python only; ${language} was asked for.`,
    );
  return inputs.map((input, i) => callCase(fnName, input, outputs[i]));
}

function pairsOf(row: Fields): Pairs {
  if (row.has('input_output')) {
    const found = row.json('input_output');
    if (typeof found !== 'object' || found === null)
      throw inputError("expected the column 'input_output' to hold {inputs, outputs}.");
    const { inputs, outputs, fn_name: fnName } = found as Record<string, unknown>;
    return {
      inputs: asList(inputs, 'inputs'),
      outputs: asList(outputs, 'outputs'),
      fnName: typeof fnName === 'string' ? fnName : null,
    };
  }
  const kinds = ['public_tests', 'private_tests', 'generated_tests'].filter((kind) =>
    row.has(kind),
  );
  if (kinds.length > 0) {
    const tests = kinds.map((kind) => row.json(kind) as { input?: unknown; output?: unknown });
    return {
      inputs: tests.flatMap(({ input }) => asList(input, 'input')),
      outputs: tests.flatMap(({ output }) => asList(output, 'output')),
      fnName: null,
    };
  }
  if (!row.has('tests')) return { inputs: [], outputs: [], fnName: null };
  const tests = asList(row.json('tests'), 'tests') as { input?: unknown; output?: unknown }[];
  return {
    inputs: tests.map(({ input }) => input),
    outputs: tests.map(({ output }) => output),
    fnName: null,
  };
}

function asList(value: unknown, name: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw inputError(`expected '${name}' of the tests to be a list, got ${typeof value}.`);
}

/** APPS has lists of lines here and there. */
function asLines(value: unknown): string {
  if (Array.isArray(value)) return value.map(asLines).join('\n');
  return typeof value === 'string' ? value : String(value);
}

/**
 * A call of a function, or of a method of `Solution`. Lists and tuples are alike, as JSON has no
 * tuples; the value may stand alone or as the one item of a list: both are published.
 */
function callCase(fnName: string, input: unknown, output: unknown): TestCase {
  if (!/^[A-Za-z_]\w*$/.test(fnName))
    throw inputError(`expected 'fn_name' to be a name, got ${JSON.stringify(fnName)}.`);
  const data = JSON.stringify(JSON.stringify([asList(input, 'inputs'), output]));
  return {
    assert: `def _rlsf_call(given, call):
    import json
    arguments, wanted = json.loads(given)
    plain = lambda v: [plain(x) for x in v] if isinstance(v, (list, tuple)) else v
    got = plain(call(*arguments))
    assert got == wanted or [got] == wanted, "expected %r, got %r" % (wanted, got)
_rlsf_call(${data}, Solution().${fnName} if "Solution" in globals() else ${fnName})
`,
  };
}

/** CodeContests' numbers for languages. */
const numbers: Partial<Record<Language, number>> = { cpp: 2, python: 3, java: 4 };

function referenceOf(row: Fields, language: Language): string | null {
  if (!row.has('solutions')) return null;
  const found = row.json('solutions');
  // APPS and TACO: Python, all of them.
  if (Array.isArray(found)) {
    const first: unknown = found[0];
    return language === 'python' && typeof first === 'string' ? first : null;
  }
  const { language: languages, solution } = found as { language?: unknown; solution?: unknown };
  if (!Array.isArray(languages) || !Array.isArray(solution)) return null;
  const first: unknown = solution[languages.indexOf(numbers[language])];
  return typeof first === 'string' ? first : null;
}
