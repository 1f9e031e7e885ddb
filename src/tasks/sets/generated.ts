import { dataSet } from '../data-set.js';
import type { ProgramTests } from '../../records.js';
import { readTests } from '../own/tests.js';

interface Row {
  id: string;
  prompt: string;
  tests: ProgramTests;
  reference: string;
  columns: Record<string, unknown>;
}

const used = ['id', 'prompt', 'language', 'tests', 'reference'];

/** C++ functions to complete that a large model wrote and the judge proved (`rlsf tasks generate`). */
export const generated = dataSet<Row>({
  name: 'generated',
  summary: 'Complete a C++ function: problems that `rlsf tasks generate` made.',
  source: {
    splits: { all: /^problems\.jsonl$/ },
    hub: null,
    files: 'problems.jsonl of `rlsf tasks generate`',
  },
  languages: ['cpp'],
  promptFormats: [
    {
      name: 'completion',
      summary: 'the function’s head; the completion is its body without the last brace',
      stop: ['\n}'],
    },
  ],
  read: (row) => ({
    id: row.text('id'),
    prompt: row.text('prompt'),
    tests: readTests("the column 'tests'", row.json('tests')),
    reference: row.text('reference'),
    columns: Object.fromEntries(Object.entries(row.value).filter(([name]) => !used.includes(name))),
  }),
  problem: ({ prompt, tests, reference, columns }) => ({ prompt, tests, reference, columns }),
});
