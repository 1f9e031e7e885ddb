import { describe, it } from 'vitest';
import { expectRecordedVerdicts, javaCompletions } from './java-completions.js';

const completions = javaCompletions();
const lack =
  '(not to be had: install Java, and set RLSF_TEST_DATA to a folder with model-completions/)';

describe.skipIf(completions === null)(
  `recorded model completions in Java ${completions === null ? lack : ''}`,
  () => {
    it('get the recorded verdict, every third of them', async () => {
      const rows = completions ?? [];
      await expectRecordedVerdicts(rows.filter((_, i) => i % 3 === 0));
    });
  },
);
