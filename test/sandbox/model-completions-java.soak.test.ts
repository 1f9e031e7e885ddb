import { describe, expect, it } from 'vitest';
import { expectRecordedVerdicts, javaCompletions } from './java-completions.js';
import { javaTiers } from './java-programs.js';

const completions = javaCompletions();
const lack =
  '(not to be had: install Java, and set RLSF_TEST_DATA to a folder with model-completions/)';

describe.skipIf(completions === null)(
  `all recorded model completions in Java ${completions === null ? lack : ''}`,
  async () => {
    for (const { tier, reason } of await javaTiers())
      it.skipIf(reason !== null)(`get the recorded verdict in tier ${tier}`, async () => {
        const table = await expectRecordedVerdicts(completions ?? [], tier);
        expect(table).toEqual({
          'passed → clean': 61,
          'wrong answer → wrong_answer': 68,
          'compilation error → compile_error': 22,
          'exception → runtime_error': 5,
          'compilation error → wrong_answer': 2,
        });
      });
  },
);
