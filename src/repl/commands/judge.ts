import { readFile } from 'node:fs/promises';
import { inputError, usageError } from '../../errors.js';
import type { ProgramTests, Verdict } from '../../records.js';
import type { StyledLine } from '../styled.js';
import { line, span } from '../styled.js';
import { rolloutView } from '../views/rollout-view.js';
import type { Command, CommandInput } from './command.js';
import { textOption } from './command.js';
import { findProblem } from './tasks.js';

export const judgeCommand: Command = {
  name: 'judge',
  summary: 'compile and run a C++ file under the sanitizers, in isolation, and show what they say',
  arguments: [
    {
      name: 'file',
      summary: 'C++ source; without tests it is compiled only with an empty test driver',
    },
  ],
  options: [
    {
      flags: '--tests <file>',
      summary: 'JSON: {includes, prefix, suffix, cases: [{code, expected}]}',
    },
    {
      flags: '--task <name>',
      summary: 'judge it as an answer to a problem of this task (with --id)',
    },
    { flags: '--id <id>', summary: 'the problem' },
    { flags: '--isolation <tier>', summary: 'auto, bubblewrap, restricted or none' },
    { flags: '--std <standard>', summary: 'language standard for g++ (default: c++17)' },
  ],
  examples: [
    'rlsf judge answer.cpp --task cpp --id <an id of rlsf tasks show cpp>',
    'rlsf judge answer.cpp --tests tests.json --json',
  ],
  async run(input, context) {
    const file = input.arguments['file'] ?? '';
    const completion = await readText(file, 'the C++ file to judge');
    const tests = await testsOf(input);
    const { createJudgePool } = await import('../../sandbox/index.js');
    const pool = await createJudgePool({
      workers: 1,
      isolation: isolationOf(textOption(input, 'isolation')),
      std: textOption(input, 'std') ?? 'c++17',
    });
    try {
      const [verdict] = await pool.judge([{ completion, tests, language: 'cpp' }], {
        signal: context.signal,
      });
      return { value: verdict, lines: verdictLines(completion, verdict, context.width) };
    } finally {
      await pool.close();
    }
  },
};

async function testsOf(input: CommandInput): Promise<ProgramTests> {
  const file = textOption(input, 'tests');
  const task = textOption(input, 'task');
  const id = textOption(input, 'id');
  if (file !== undefined && (task !== undefined || id !== undefined))
    throw usageError('rlsf judge: give --tests, or --task with --id, not both.');
  if ((task === undefined) !== (id === undefined))
    throw usageError('rlsf judge: --task and --id belong together; one of them is missing.');
  if (task !== undefined && id !== undefined) {
    const problem = await findProblem(task, id);
    if (!problem.tests)
      throw inputError(
        `Problem ${id} has no program tests, so a file cannot be judged against it.`,
      );
    return problem.tests;
  }
  if (file === undefined) return { includes: '', prefix: '', suffix: '', cases: [] };
  const text = await readText(file, 'the tests');
  return parseTests(file, text);
}

async function parseTests(file: string, text: string): Promise<ProgramTests> {
  const { z } = await import('zod');
  const schema = z.strictObject({
    includes: z.string().default(''),
    prefix: z.string().default(''),
    suffix: z.string().default(''),
    cases: z.array(z.strictObject({ code: z.string(), expected: z.string() })),
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw inputError(
      `${file}: expected JSON, got text that does not parse (${String(error)}). Mend it and try again.`,
    );
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw inputError(
    `${file}: expected {includes, prefix, suffix, cases: [{code, expected}]}; ${z.prettifyError(parsed.error).replace(/\n/g, ' ')}`,
  );
}

type Isolation = 'auto' | 'bubblewrap' | 'restricted' | 'none';

function isolationOf(given: string | undefined): Isolation {
  const tiers: Isolation[] = ['auto', 'bubblewrap', 'restricted', 'none'];
  const found = tiers.find((tier) => tier === (given ?? 'auto'));
  if (found) return found;
  throw usageError(`rlsf judge: --isolation expects ${tiers.join(', ')}, got '${given}'.`);
}

async function readText(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw inputError(
      `${file}: expected ${what}, ${code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`}. Check the path.`,
    );
  }
}

/** The verdict beside the source; nobody sampled it, so whole spans are marked instead of tokens. */
function verdictLines(completion: string, verdict: Verdict, width: number): StyledLine[] {
  const marked = verdict.diagnostics.flatMap(({ span: place, kind, severity }, token) =>
    place.precision === 'none' || severity === 'note'
      ? []
      : [{ token, start: place.start, end: place.end, kind, severity }],
  );
  return [
    ...rolloutView({ completion, verdict }, marked, { width, maxSourceLines: 200 }),
    line(
      span(
        `${verdict.toolchain} · isolation: ${verdict.isolation}${verdict.fromCache ? ' · from the cache' : ''}`,
        'dim',
      ),
    ),
  ];
}
