// How much of a step's judging is hidden behind sampling and the update, and what it costs.
//   npm run bench -- overlap [--rounds 5] [--delay 1000] [--workers 2]
// The same GRPO step of configs/tour.yaml with and without overlap, in one process, in turns: with the
// local judge (verdicts not cached), and with one that answers after a delay and takes no processor
// time, as one on another machine would. Linux tells how busy the processors were meanwhile, whoever used them.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { configFromObject, loadConfig } from '../src/experiments/index.js';
import { problemsOfStep } from '../src/experiments/methods/feedback.js';
import {
  openWorkplace,
  requiredJudge,
  trainingSampling,
} from '../src/experiments/workplace/index.js';
import type { CollectRolloutsInput } from '../src/rollouts/index.js';
import { collectRollouts, startCollecting } from '../src/rollouts/index.js';
import type { JudgePool } from '../src/sandbox/index.js';
import { grpoStep, grpoStepAsJudged } from '../src/training/index.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    delay: { type: 'string', default: '1000' },
    workers: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const delayMs = Number(values.delay);
const workers = values.workers === undefined ? [] : [`judge.workers=${values.workers}`];
const config = await loadConfig('configs/tour.yaml', { set: ['judge.cache=null', ...workers] });
const cached = configFromObject({
  ...config,
  judge: { ...config.judge, cache: '.cache/bench-overlap' },
});
const place = await openWorkplace(config, 'grpo');
const known = await openWorkplace(cached, 'grpo');
const { grpo, run } = config;

interface Times {
  sample: number;
  judge: number;
  update: number;
  total: number;
}

function asked(judge: JudgePool, step: number): CollectRolloutsInput {
  return {
    policy: place.policy,
    problems: problemsOfStep(place.trainProblems, step, grpo.prompts_per_step, run.seed),
    settings: trainingSampling(place),
    numGenerations: grpo.num_generations,
    judge,
    rewards: place.rewards,
    run: 'bench',
    step,
    seed: run.seed,
  };
}

/** One step, stage behind stage. The weights stay: a learning rate of 0. */
async function apart(judge: JudgePool, step: number): Promise<Times> {
  const started = performance.now();
  let sampledAt = started;
  const rollouts = await collectRollouts({
    ...asked(judge, step),
    overlap: false,
    onGroup: (_, state) => {
      if (state === 'sampled') sampledAt = performance.now();
    },
  });
  const judgedAt = performance.now();
  await grpoStep(place.policy, place.optimizer, rollouts, settings());
  const ended = performance.now();
  return {
    sample: sampledAt - started,
    judge: judgedAt - sampledAt,
    update: ended - judgedAt,
    total: ended - started,
  };
}

async function together(judge: JudgePool, step: number): Promise<{ total: number; busy: number }> {
  const started = performance.now();
  const before = processors();
  const groups = await startCollecting(asked(judge, step));
  await grpoStepAsJudged(place.policy, place.optimizer, groups, settings());
  const after = processors();
  const idle = (after.idle - before.idle) / (after.all - before.all);
  return { total: performance.now() - started, busy: 1 - idle };
}

/** What all processors together have spent so far, and idled, in ticks: the first line of /proc/stat. */
function processors(): { all: number; idle: number } {
  const ticks = readFileSync('/proc/stat', 'utf8')
    .split('\n')[0]
    .split(/\s+/)
    .slice(1, 9)
    .map(Number);
  return { all: ticks.reduce((sum, each) => sum + each, 0), idle: ticks[3] + ticks[4] };
}

function settings(): Parameters<typeof grpoStep>[3] {
  return { beta: grpo.beta, learningRate: 0, tokenScheme: { name: 'span_penalty', lambda: 0.3 } };
}

/** The known verdicts, so much later. */
function delayed(pool: JudgePool): JudgePool {
  return {
    ...pool,
    async judge(jobs, options) {
      const verdicts = await pool.judge(jobs, options);
      await sleep(delayMs);
      return verdicts;
    },
  };
}

function median(numbers: number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

const far = delayed(requiredJudge(known));
try {
  for (const [name, judge] of [
    ['local judge', requiredJudge(place)],
    [`judge that answers after ${delayMs} ms`, far],
  ] as const) {
    // The far judge knows its verdicts beforehand: it costs time and no processor.
    if (judge === far) for (let step = 1; step <= 2 * rounds; step++) await apart(far, step);
    const one: Times[] = [];
    const other: { total: number; busy: number }[] = [];
    // No program twice: the local judge would know it. The two ways take turns at going first.
    for (let round = 1; round <= rounds; round++) {
      const steps = round % 2 === 0 ? [2 * round - 1, 2 * round] : [2 * round, 2 * round - 1];
      one.push(await apart(judge, steps[0]));
      other.push(await together(judge, steps[1]));
    }
    const of = (part: keyof Times): number => median(one.map((times) => times[part]));
    const shorter = Math.min(of('judge'), of('sample') + of('update'));
    const total = median(other.map((each) => each.total));
    const busy = median(other.map((each) => each.busy));
    console.log(
      `${name}: sampling ${of('sample').toFixed(0)} ms, judging ${of('judge').toFixed(0)} ms, update ${of('update').toFixed(0)} ms; ` +
        `one behind the other ${of('total').toFixed(0)} ms, together ${total.toFixed(0)} ms (${(of('total') / total).toFixed(2)} ×); ` +
        `${((100 * (of('total') - total)) / shorter).toFixed(0)} % of the shorter stage is hidden; processors ${(100 * busy).toFixed(0)} % busy while together (medians of ${rounds})`,
    );
  }
} finally {
  await place.close();
  await known.close();
}
