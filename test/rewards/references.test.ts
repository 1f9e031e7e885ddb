import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { malformed, reasoningStructure, scoreRollouts } from '../../src/rewards/index.js';
import { itWithData } from '../data.js';
import { textRollout } from './text-rollout.js';

function texts(file: string, key: string): string[] {
  const bytes = readFileSync(file);
  const lines = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().trim().split('\n');
  return lines.map((line) => String((JSON.parse(line) as Record<string, unknown>)[key]));
}

for (const [parts, key, least] of [
  [['humaneval', 'HumanEval.jsonl.gz'], 'canonical_solution', 164],
  [['mbpp', 'train.jsonl'], 'code', 374],
  [['csn-like', 'java_concode_dev.jsonl.gz'], 'code', 2000],
  [['csn-like', 'python_cosqa_dev.jsonl.gz'], 'code', 604],
] as const) {
  itWithData(
    `malformed finds no fault with the programs of ${parts.join('/')}`,
    [...parts],
    async (file) => {
      const programs = texts(file, key);
      expect(programs).toHaveLength(least);
      const scored = await scoreRollouts(programs.map((text) => textRollout(text)), [malformed()]); // prettier-ignore
      const faulty = scored.filter(({ reward }) => reward !== 0);
      expect(faulty.map(({ completion }) => completion)).toEqual([]);
    },
  );
}

itWithData(
  'reasoningStructure gives GSM8K’s own solutions full marks, but for algebra and wrong steps',
  ['gsm8k', 'train.jsonl.gz'],
  async (file) => {
    const solutions = texts(file, 'answer').slice(0, 1000);
    const scored = await scoreRollouts(solutions.map((text) => textRollout(text)), [reasoningStructure()]); // prettier-ignore
    const scores = scored.map(({ reward }) => reward ?? NaN);
    expect(Math.min(...scores)).toBeGreaterThanOrEqual(0.5);
    expect(scores.filter((score) => score === 1).length / scores.length).toBeGreaterThan(0.93);
  },
);
