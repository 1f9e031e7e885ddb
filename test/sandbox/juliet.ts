import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { JudgeJob } from '../../src/sandbox/index.js';

/** Both halves of every Juliet program of the test data; none where the data is missing. */
export function julietPrograms(): JudgeJob[] {
  const folder = path.join(process.env['RLSF_TEST_DATA'] ?? '../shared/data', 'juliet-cpp');
  const file = path.join(folder, 'cases.jsonl.gz');
  if (!existsSync(file)) return [];
  const support = readFileSync(path.join(folder, 'std_testcase.h'), 'utf8');
  const rows = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n');
  return rows.flatMap((row) => {
    const { source } = JSON.parse(row) as { source: string };
    return ['OMITGOOD', 'OMITBAD'].map((half): JudgeJob => ({
      language: 'cpp',
      completion: source,
      tests: {
        includes: '',
        prefix: `#define INCLUDEMAIN\n#define ${half}\n`,
        suffix: '',
        cases: [],
        files: { 'std_testcase.h': support },
      },
    }));
  });
}
