import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Rollout } from '../../src/records.js';

/**
 * Three steps, four groups of eight each, of a tour as it was recorded: drawn from the shipped C++
 * policy, judged, scored and updated on (test/golden/rollouts/README.md).
 */
export function realLog(): string {
  const file = path.resolve(import.meta.dirname, '../golden/rollouts/tour.jsonl.gz');
  return gunzipSync(readFileSync(file)).toString('utf8');
}

export function realRollouts(): Rollout[] {
  return realLog()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Rollout);
}
