import { stringify } from 'yaml';
import { inputError } from '../../errors.js';
import type { Problem } from '../../records.js';
import { statementFile } from '../own/problem.js';
import { metadataFile, type ExampleMetadata, type ExpectedVerdict } from './metadata.js';

/**
 * The files of an example made from a problem of a task, by name: what `readExample` reads back.
 * @param metadata its tests and prompt are those of the problem
 */
export function exampleFiles(
  problem: Problem,
  texts: { chosen: string; rejected: string },
  metadata: Omit<ExampleMetadata, 'tests' | 'prompt' | 'flags'>,
): Record<string, string> {
  const { tests, prompt, id, language } = problem;
  if (language !== 'cpp' || tests === undefined || typeof prompt !== 'string')
    throw inputError(
      `Examples: expected a C++ problem with tests and a prompt of plain text, but ${id} is not one.`,
    );
  if (tests.suffix !== '' || Object.keys(tests.files ?? {}).length > 0)
    throw inputError(
      `Examples: ${id} has source behind the completion, or files of its own, which an example cannot hold.`,
    );
  const { includes, prefix, cases, compileOnly = false } = tests;
  const starter = includes + (includes === '' || includes.endsWith('\n') ? '' : '\n') + prefix;
  const { kind, explanation, from, chosen, rejected } = metadata;
  return {
    [statementFile]: '',
    'starter.cpp': starter,
    'chosen.cpp': starter + texts.chosen,
    'rejected.cpp': starter + texts.rejected,
    [metadataFile]: stringify(
      {
        kind,
        explanation,
        from,
        chosen: expectedFields(chosen),
        rejected: expectedFields(rejected),
        prompt,
        tests: compileOnly ? 'compile-only' : cases,
      },
      { lineWidth: 0 },
    ),
  };
}

function expectedFields({
  outcome,
  finding,
  line,
  isReported,
  also,
}: ExpectedVerdict): Record<string, unknown> {
  return {
    outcome,
    ...(line !== null && { finding: finding ?? 'none', line }),
    ...(line !== null && isReported !== (finding !== null) && { reported: isReported }),
    ...(also.length > 0 && {
      also: also.map((one) => ({ finding: one.finding, line: one.line ?? 'none' })),
    }),
  };
}
