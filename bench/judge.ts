/**
 * Programs judged per second, beside the naive way (one `g++ -fsanitize=address,undefined` and one
 * run each, in sequence): same flags, tests and limits, ours isolated, verdict cache cold.
 *   npm run bench -- judge [--groups 24] [--singles 60] [--rounds 2] [--only PART-OF-A-NAME] [--write]
 * `--write` renews the table in docs/performance.md.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createJudgePool } from '../src/sandbox/index.js';
import type { JudgeJob } from '../src/sandbox/index.js';
import { compilerVersion, judgeNaively } from './judge/naive.js';
import { modelPrograms, sampledGroups } from './judge/programs.js';
import { writeTable } from './judge/report.js';
import type { Row } from './judge/report.js';

const { values } = parseArgs({
  options: {
    groups: { type: 'string', default: '24' },
    singles: { type: 'string', default: '60' },
    rounds: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
  },
});
const limits = { cpuMs: 500, wallMs: 4000, memoryMiB: 512 };
const headers = mkdtempSync(join(tmpdir(), 'rlsf-bench-'));
process.env['RLSF_CACHE'] = headers;

/** Seconds for all jobs in a fresh pool: nothing is known but, from the second round on, headers. */
async function judgeOurs(jobs: JudgeJob[]): Promise<{ seconds: number; outcomes: string[] }> {
  const pool = await createJudgePool(limits);
  const started = performance.now();
  const verdicts = await pool.judge(jobs);
  const seconds = (performance.now() - started) / 1000;
  await pool.close();
  return { seconds, outcomes: verdicts.map(({ outcome }) => outcome) };
}

function middle(numbers: number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** The two ways must agree on who compiles and who ends well, else their times say nothing. */
function disagreements(outcomes: string[], ends: string[]): number {
  const endOf = (outcome: string): string =>
    outcome === 'compile_error'
      ? 'compile_error'
      : ['clean', 'warning'].includes(outcome)
        ? 'ended'
        : 'failed';
  // A wrong value ends well in the naive way, which compares nothing.
  return outcomes.filter((outcome, i) => outcome !== 'wrong_answer' && endOf(outcome) !== ends[i])
    .length;
}

async function measure(name: string, jobs: JudgeJob[], target: string): Promise<Row> {
  const ours: number[] = [];
  const naive: number[] = [];
  let cold = 0;
  let differ = 0;
  for (let round = 0; round < Number(values.rounds); round++) {
    if (round === 0) cold = (await judgeOurs(jobs)).seconds;
    const peer = judgeNaively(jobs);
    const own = await judgeOurs(jobs);
    naive.push(peer.seconds);
    ours.push(own.seconds);
    differ = disagreements(own.outcomes, peer.ends);
  }
  const row = {
    name,
    programs: jobs.length,
    naive: jobs.length / middle(naive),
    ours: jobs.length / middle(ours),
    firstTime: jobs.length / cold,
    ratio: middle(naive.map((seconds, i) => seconds / ours[i])),
    target,
    differ,
  };
  console.log(
    `${name}: ${row.programs} programs, naive ${row.naive.toFixed(2)}/s, ours ${row.ours.toFixed(1)}/s (headers not made yet: ${row.firstTime.toFixed(1)}/s), ratio ${row.ratio.toFixed(1)}, target ${target}, ends differ ${differ}`,
  );
  return row;
}

const wanted = (name: string): boolean => name.includes(values.only);
const rows: Row[] = [];
if (['sampled groups', 'compiling groups'].some(wanted)) {
  const { sampled, compiling } = await sampledGroups(Number(values.groups));
  if (wanted('sampled groups')) rows.push(await measure('sampled groups', sampled.flat(), '15'));
  if (wanted('compiling groups'))
    rows.push(await measure('compiling groups', compiling.flat(), '20'));
}
const model = modelPrograms(Number(values.singles));
if (model === null) console.error('RLSF_TEST_DATA has no model-completions: singles are left out.');
else {
  if (wanted('single, several headers'))
    rows.push(await measure('single, several headers', model.several, '4'));
  if (wanted('single, bits/stdc++.h'))
    rows.push(await measure('single, bits/stdc++.h', model.everything, '6'));
}
if (wanted('cached') && model !== null) {
  const cacheFolder = mkdtempSync(join(tmpdir(), 'rlsf-bench-cache-'));
  const first = await createJudgePool({ ...limits, cacheFolder });
  const jobs = [...model.several, ...model.everything];
  await first.judge(jobs);
  const again = await createJudgePool({ ...limits, cacheFolder });
  await again.judge(jobs.slice(0, 1)); // finds its compiler
  const rate = async (pool: typeof first, times: number): Promise<number> => {
    const started = performance.now();
    for (let i = 0; i < times; i++) await pool.judge(jobs);
    return (times * jobs.length * 1000) / (performance.now() - started);
  };
  const fromDisk = await rate(again, 1);
  const fromMemory = await rate(again, 50);
  console.log(
    `cached: ${fromDisk.toFixed(0)}/s from disk, ${fromMemory.toFixed(0)}/s from memory, target 5000`,
  );
  rows.push({ name: 'cached, from disk', programs: jobs.length, ours: fromDisk, target: '5000/s' });
  rows.push({
    name: 'cached, from memory',
    programs: jobs.length,
    ours: fromMemory,
    target: '5000/s',
  });
  await first.close();
  await again.close();
  rmSync(cacheFolder, { recursive: true });
}
rmSync(headers, { recursive: true, force: true });
console.log(`${compilerVersion()} · ${cpus().length} cores · ${cpus()[0]?.model ?? ''}`);
if (values.write) writeTable(rows, compilerVersion());
