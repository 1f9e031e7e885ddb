import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect } from 'vitest';
import { openTask } from '../../src/tasks/index.js';
import { itWithData } from '../data.js';
import { judgeAll } from './sets.js';

interface Recorded {
  task_id: string;
  prompt: string;
  output: string[];
}

const file = ['stdio-problems', 'taco_prompts_and_generations.jsonl.gz'];

describe('TACO’s prompts, which have neither tests nor references', () => {
  itWithData('let the recorded answers be compiled: two do not', file, async (path) => {
    const task = await openTask('taco', { path });
    const lines = gunzipSync(readFileSync(path)).toString('utf8').trim().split('\n');
    const rows = lines.map((line) => JSON.parse(line) as Recorded);
    const answers = new Map(rows.map((row) => [`taco/${row.task_id}`, row.output[0]]));
    const problems = task.problems({ split: 'all', seed: 0 });
    const verdicts = await judgeAll(
      problems.map((problem) => ({ problem, completion: answers.get(problem.id) ?? '' })),
    );
    const failed = verdicts.filter(({ outcome }) => outcome !== 'clean' && outcome !== 'warning');
    expect(verdicts).toHaveLength(202);
    expect(failed.map(({ outcome }) => outcome)).toEqual(['compile_error', 'compile_error']);
    expect(task.stop).toContain('\nQUESTION:');
    const asked = new Map(rows.map((row) => [`taco/${row.task_id}`, row.prompt]));
    expect(problems.filter(({ id, prompt }) => prompt !== asked.get(id))).toEqual([]);
  });
});
