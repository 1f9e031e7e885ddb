// The tour's part of docs/results.md: `configs/tour.yaml` with seeds 1, 2, 3, each with a control whose
// feedback is dealt out at random. About three minutes a run on two cores; runs already there are read,
// not made again (they are named after the seed and the config's hash).
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { loadConfig, readRunEvaluations, runTour } from '../../dist/experiments/index.js';
import { compareEvaluations } from '../../dist/evaluation/index.js';

const configFile = 'configs/tour.yaml';
const output = 'runs/results';
const seeds = [1, 2, 3];
const rates = ['compile_rate', 'sanitizer_clean_rate', 'test_pass_rate', 'fully_clean_rate'];

/** The section as Markdown. */
export async function tourSection() {
  const rows = [];
  let machine = '';
  const stamp = createHash('sha256')
    .update(readFileSync(configFile))
    .update(readFileSync('data/policies/cpp-tiny/model.safetensors'))
    .digest('hex')
    .slice(0, 8);

  for (const shuffled of [false, true]) {
    for (const seed of seeds) {
      const name = `${shuffled ? 'control' : 'tour'}-${seed}-${stamp}`;
      const folder = path.join(output, name);
      const set = [
        `run.seed=${seed}`,
        `run.name=${name}`,
        `run.output_dir=${output}`,
        `reward.shuffle=${shuffled}`,
      ];
      const config = await loadConfig(configFile, { set, env: {} });
      if (!existsSync(path.join(folder, 'report.md'))) {
        console.log(`${name} …`);
        const result = await runTour(config, {
          resume: existsSync(folder) ? folder : false,
          emit: (event) =>
            event.type === 'step' && console.log(`  step ${event.step}/${event.maxSteps}`),
        });
        if (result.status !== 'finished') process.exit(1);
      }
      const metadata = readJson(path.join(folder, 'run_metadata.json'));
      machine = `${metadata.hardware.cores} × ${metadata.hardware.cpu}, ${metadata.backend.name} backend, ${metadata.backend.threads} threads`;
      const before = await readRunEvaluations(folder, 'before');
      const after = await readRunEvaluations(folder, 'after');
      for (const split of Object.keys(before)) {
        const comparison = compareEvaluations(before[split], after[split], {
          resamples: config.evaluation.bootstrap_resamples,
          confidence: config.evaluation.confidence,
          seed: config.evaluation.seed,
        });
        rows.push({ seed, shuffled, split, problems: before[split].rows.length, comparison });
      }
    }
  }

  const firstRun = path.join(output, `tour-${seeds[0]}-${stamp}`);
  const greedy = [null, path.join(firstRun, 'adapter')].map((adapter) => {
    console.log(`greedy, ${adapter ?? 'as shipped'} …`);
    const options = ['--problems', '300', '--temperature', '0', '--json'];
    if (adapter !== null) options.push('--adapter', adapter);
    return JSON.parse(
      execFileSync(process.execPath, ['bin/rlsf.js', 'evaluate', ...options], { encoding: 'utf8' }),
    ).rates.fully_clean_rate;
  });

  return `What \`configs/tour.yaml\` does to the shipped C++ policy, over seeds ${seeds.join(', ')}. Made by
\`npm run docs:results\` on ${machine}.
The seed decides the order of the prompts, the rollouts and the adapter's start; held-out problems
and decoding seeds are the same before and after. Brackets: 95 % percentile bootstrap over problems;
the difference resamples problems in pairs. \`fully_clean_rate\`: compiles without a warning, no
sanitizer finding, all tests pass. Pre-training never saw a setting of \`held_out\`, nor any setting
of the families in \`held_out_families\`.

### Token-level GRPO

${table(rows, false)}

### Control: the same with shuffled feedback

Rewards and findings are dealt out at random among the rollouts of a step, so there is nothing to
learn from them.

${table(rows, true)}

### What was learned

The policy was pre-trained on programs with faults at many sites, so its samples are worse than what
it thinks likeliest: taking the likeliest token at every step (temperature 0), ${percent(greedy[0])} of 300
held-out problems are fully clean before any reinforcement learning, and ${percent(greedy[1])} after it (seed
${seeds[0]}). What the tour learns in a few minutes is mostly to prefer, when it samples, what the toolchain
accepts. \`npm run bench -- gradient-signal\` shows why that comes first, and why the final norm is
trained along ([decision 4](decisions/0004-final-norm.md)).
`;
}

function table(rows, shuffled) {
  const lines = [
    '| split | problems | seed | rate | before | after | difference |',
    '| --- | ---: | ---: | --- | --- | --- | --- |',
  ];
  for (const row of rows.filter((candidate) => candidate.shuffled === shuffled)) {
    for (const rate of rates) {
      const { before, after, value, low, high } = row.comparison[rate];
      lines.push(
        `| ${row.split} | ${row.problems} | ${row.seed} | ${rate} | ${percent(before)} | ${percent(after)} | **${signed(value)}** [${signed(low)}, ${signed(high)}] |`,
      );
    }
  }
  return lines.join('\n');
}

function percent({ value, low, high }) {
  const text = (share) => (100 * share).toFixed(1);
  return `${text(value)} % [${text(low)}, ${text(high)}]`;
}

function signed(share) {
  return `${share >= 0 ? '+' : '−'}${Math.abs(100 * share).toFixed(1)}`;
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
