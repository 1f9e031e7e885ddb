// Prints `tests: N passed, M failed` from vitest's JSON report; a missing report, a file that could
// not run, or no test at all counts as a failure.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const report = fileURLToPath(new URL('../.cache/tests.json', import.meta.url));
let passed = 0;
let failed = 1;
if (existsSync(report)) {
  const result = JSON.parse(readFileSync(report, 'utf8'));
  passed = result.numPassedTests;
  // A file that throws while loading has no tests of its own to count.
  const brokenFiles = result.testResults.filter(
    (file) =>
      file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  failed = result.numFailedTests + brokenFiles;
  const skipped = result.numPendingTests + (result.numTodoTests ?? 0);
  if (skipped > 0) {
    console.log(`skipped: ${skipped}`);
    for (const file of result.testResults)
      for (const test of file.assertionResults)
        if (test.status === 'pending' || test.status === 'skipped')
          console.log(`  ${test.fullName}`);
  }
  if (passed === 0 && failed === 0) failed = 1;
}
console.log(`tests: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
