import { parse as parseYaml, YAMLParseError } from 'yaml';
import { inputError } from '../../errors.js';
import { outcomeOrder, type Outcome, type ProgramTests } from '../../records.js';
import { readTests } from '../own/tests.js';
import { yamlFields, type YamlFields } from './fields.js';

export const metadataFile = 'example.yaml';

/** What an example says of itself beside its files. */
export interface ExampleMetadata {
  /** The kind of fault, in words. */
  kind: string;
  /** One sentence: what is wrong, and why. */
  explanation: string;
  /** Compiler flags that the fault needs to be seen (C++). */
  flags: string[];
  chosen: ExpectedVerdict;
  rejected: ExpectedVerdict;
  /** `null`: in a `tests.json`. */
  tests: ProgramTests | null;
  /** As the policy reads it; `null`: the statement as a comment, then the starter. */
  prompt: string | null;
  /** The generated problem that it was made from; `null`: it was written by hand. */
  from: ExampleOrigin | null;
}

/** What the judge has to say of one side. */
export interface ExpectedVerdict {
  outcome: Outcome;
  /** Kind of the finding, such as `heap-use-after-free`; `null`: there is none. */
  finding: string | null;
  /** Line of the fault in the side's file, from 1; `null` where there is no fault. */
  line: number | null;
  /** Whether the finding is reported at that line; else it has no place in the program. */
  isReported: boolean;
  /** Further findings that may come with it. */
  also: { finding: string; line: number | null }[];
}

export interface ExampleOrigin {
  task: string;
  problem: string;
  /** What was put in, in bytes of the rejected completion. */
  corruption: { operator: string; kind: string; start: number; end: number } | null;
}

const outcomes = outcomeOrder.filter((outcome) => outcome !== 'sandbox_error');

const keys = ['kind', 'explanation', 'flags', 'chosen', 'rejected', 'tests', 'prompt', 'from'];

/** The text of an `example.yaml`. Scalars are texts, so that an expected `1.50` stays as it is. */
export function readMetadata(file: string, text: string): ExampleMetadata {
  const value = parsed(file, text);
  const fields = yamlFields(file, '', value, keys);
  const { tests } = value as { tests?: unknown };
  return {
    kind: fields.text('kind'),
    explanation: fields.text('explanation'),
    flags: fields.texts('flags'),
    chosen: verdictOf(fields, 'chosen'),
    rejected: verdictOf(fields, 'rejected'),
    tests: tests === undefined ? null : testsOf(file, tests, fields),
    prompt: fields.optionalText('prompt'),
    from: originOf(fields),
  };
}

function parsed(file: string, text: string): unknown {
  try {
    return parseYaml(text, { schema: 'failsafe' });
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw inputError(`${file}: expected YAML, but it does not parse: ${error.message.trim()}`, {
      cause: error,
    });
  }
}

function verdictOf(whole: YamlFields, side: string): ExpectedVerdict {
  const fields = whole.fields(side, ['outcome', 'finding', 'line', 'reported', 'also']);
  if (fields === null) throw whole.refuse(side, 'an outcome, and what is found at which line');
  const outcome = fields.choice('outcome', outcomes);
  const finding = fields.optionalText('finding') ?? 'none';
  const line = fields.whole('line');
  if (line === 0) throw fields.refuse('line', 'a line of the file, from 1');
  if (outcome !== 'clean' && line === null)
    throw fields.refuse('line', `the line of the fault, from 1, as the outcome is ${outcome}`);
  return {
    outcome,
    finding: finding === 'none' ? null : finding,
    line,
    isReported: fields.flag('reported', finding !== 'none'),
    also: fields.list('also', ['finding', 'line']).map((one) => ({
      finding: one.text('finding'),
      line: one.whole('line'),
    })),
  };
}

/** A list of cases; one without `expected` only has to end well. */
function testsOf(file: string, tests: unknown, fields: YamlFields): ProgramTests {
  if (tests === 'compile-only') return readTests(file, { compileOnly: true });
  if (!Array.isArray(tests)) throw fields.refuse('tests', 'a list of cases, or compile-only');
  const cases = tests.map((one: unknown) =>
    typeof one === 'object' && one !== null && 'stdin' in one ? { expected: null, ...one } : one,
  );
  return readTests(file, { cases });
}

function originOf(whole: YamlFields): ExampleOrigin | null {
  const fields = whole.fields('from', ['task', 'problem', 'corruption']);
  if (fields === null) return null;
  const made = fields.fields('corruption', ['operator', 'kind', 'start', 'end']);
  return {
    task: fields.text('task'),
    problem: fields.text('problem'),
    corruption: made && {
      operator: made.text('operator'),
      kind: made.text('kind'),
      start: made.whole('start') ?? 0,
      end: made.whole('end') ?? 0,
    },
  };
}
