import { describe, expect, it } from 'vitest';
import { configFromObject } from '../../src/experiments/config/index.js';
import { openWorkplace } from '../../src/experiments/workplace/index.js';

describe('openWorkplace', () => {
  it('says before anything is loaded that a task is missing, and how to give one', async () => {
    const config = configFromObject({ policy: { model_name_or_path: 'nowhere' } });
    for (const kind of ['tour', 'grpo', 'ppo', 'dpo'] as const) {
      await expect(openWorkplace(config, kind)).rejects.toThrow(
        /task\.name: expected a task to take problems from, got nothing\. Set it in the file or with --set task\.name=/,
      );
    }
  });

  it('needs no task for rows from a file', async () => {
    const config = configFromObject({
      policy: { model_name_or_path: 'nowhere' },
      dataset: { path: 'rows.jsonl' },
    });
    await expect(openWorkplace(config, 'sft')).rejects.toThrow(/nowhere/);
  });
});
