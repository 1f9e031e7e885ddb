/**
 * Whether the judge names the right line: sanitizer findings in Juliet's C++ cases and in LLVM's tests,
 * against the reports recorded with the data and against the lines that the programs' authors name; and
 * compile errors, findings and verdicts of a language model's C++ completions.
 *   npm run bench -- locations [--only PART-OF-AN-ID] [--step N] [--write]
 * The data: `RLSF_TEST_DATA`, else ../shared/data. `--write` renews the tables in docs/feedback.md.
 */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { judgeRows } from './locations/judging.js';
import { differences, tables, writeTables } from './locations/report.js';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    step: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
});
const folder = process.env['RLSF_TEST_DATA'] ?? '../shared/data';
if (!existsSync(folder)) {
  console.error(`locations: no test data in ${folder}: set RLSF_TEST_DATA.`);
  process.exit(2);
}
if (values.write && (values.only !== '' || values.step !== '1')) {
  console.error('locations: --write takes all rows: leave out --only and --step.');
  process.exit(2);
}
const started = performance.now();
const figures = await judgeRows(folder, { only: values.only, step: Number(values.step) });
if (values.only !== '')
  for (const { row, outcome, found } of figures.sanitizers)
    console.log(
      `${row.data}: ${row.id}: ${outcome}; found ${JSON.stringify(found)}; recorded ${JSON.stringify(row.recorded)}; authors ${row.authors.join(', ')}`,
    );
console.log(`${tables(figures)}\n\n${differences(figures)}\n`);
const programs = figures.sanitizers.length + figures.model.length;
const seconds = (performance.now() - started) / 1000;
console.log(`${figures.compiler} · ${programs} programs in ${seconds.toFixed(0)} s`);
if (values.write) writeTables(figures, figures.compiler);
