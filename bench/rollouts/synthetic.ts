import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createRandom } from '../../src/algorithms/random.js';
import type { Rollout } from '../../src/records.js';

const GROUPS = 64;
const GROUP_SIZE = 16;
const PROBLEMS = 2000;

export interface SyntheticLog {
  bytes: number;
  steps: number;
}

/**
 * A log of n rollouts as a long run would leave it: 64 groups of 16 a step, problems drawn from 2,000.
 * Each record is one of a real run (test/golden/rollouts) in another place: texts, tokens, log-
 * probabilities, findings and stages are as they were recorded, so sizes and costs are.
 */
export function writeSyntheticLog(file: string, n: number): SyntheticLog {
  const templates = realRecords();
  const random = createRandom('bench rollouts');
  const descriptor = openSync(file, 'w');
  let bytes = 0;
  let waiting: string[] = [];
  let problems: number[] = [];
  const flush = (): void => {
    bytes += writeSync(descriptor, waiting.join(''));
    waiting = [];
  };
  for (let i = 0; i < n; i++) {
    const step = 1 + Math.floor(i / (GROUPS * GROUP_SIZE));
    const group = Math.floor(i / GROUP_SIZE) % GROUPS;
    const sample = i % GROUP_SIZE;
    if (group === 0 && sample === 0)
      problems = Array.from({ length: GROUPS }, () => random.int(PROBLEMS));
    const { head, tail } = random.pick(templates);
    waiting.push(
      `{"version":1,"id":"bench/${step}/${group}/${sample}","run":"bench","step":${step},` +
        `"problemId":"cpp/bench/${problems[group]}",${head}"group":${group},"sample":${sample},${tail}\n`,
    );
    if (waiting.length === 1024) flush();
  }
  flush();
  closeSync(descriptor);
  return { bytes, steps: Math.ceil(n / (GROUPS * GROUP_SIZE)) };
}

/** JSON of the fields that stay, before and behind group and sample. */
function realRecords(): { head: string; tail: string }[] {
  return realRollouts().map(
    ({
      version: _v,
      id: _i,
      run: _r,
      step: _s,
      problemId: _p,
      task,
      group: _g,
      sample: _n,
      ...rest
    }) => ({
      head: `"task":${JSON.stringify(task)},`,
      tail: JSON.stringify(rest).slice(1),
    }),
  );
}

function realRollouts(): Rollout[] {
  const file = path.resolve(import.meta.dirname, '../../test/golden/rollouts/tour.jsonl.gz');
  return gunzipSync(readFileSync(file))
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Rollout);
}
