import type { ReportInput } from '../../evaluation/index.js';
import { analyseCompletions, compareEvaluations, makeReport } from '../../evaluation/index.js';
import type { Figure } from '../../plots/index.js';
import {
  beforeAfterFigure,
  lengthsFigure,
  promptAccuracy,
  promptAccuracyGrid,
  trainingCurves,
} from '../../plots/index.js';
import { saveAdapter, savePolicy, saveValueHead } from '../../policy/index.js';
import { readRollouts } from '../../rollouts/index.js';
import { corpusShares } from '../pretrain/corpus-share.js';
import type { Evaluations } from './evaluate.js';
import { intervalOptions } from './evaluate.js';
import type { BeforeAfter } from '../run/events.js';
import type { Drawn } from '../run/draw.js';
import { drawFigure } from '../run/draw.js';
import { writeFileAtomically } from '../run/files.js';
import type { ActiveRun, RunResult } from '../run/active-run.js';
import { describeHardware, hardware } from '../run/metadata.js';
import type { MetricsLogRow } from '../run/metrics-log.js';
import { readMetrics } from '../run/metrics-log.js';
import { writeRunPage } from '../runs/html-report.js';
import { isOnline } from '../config/index.js';
import { describeTrained, evaluationSplits, methodOf } from '../workplace/index.js';

/** Saves what was trained, draws the plots, writes report.html, and report.md where there is a before and after. */
export async function reportStage(
  active: ActiveRun,
  evaluations: { before: Evaluations; after: Evaluations } | null,
): Promise<Pick<RunResult, 'table' | 'paths'>> {
  const { place, run, clock, signal } = active;
  const samples = isOnline(methodOf(active.kind));
  clock.begin('report', 'Writing adapter, plots and report');
  const { policy } = place;
  if (policy.adapter) await saveAdapter(policy, run.paths.adapter);
  else await savePolicy(policy, run.paths.model);
  if (place.valueHead) {
    await saveValueHead(place.valueHead, policy.adapter ? run.paths.adapter : run.paths.model);
  }
  signal.throwIfAborted();

  const splits = evaluations ? compareSplits(active, evaluations) : [];
  const metrics = await readMetrics(run.paths.metrics);
  const plots = await drawPlots(active, splits[0], metrics);
  if (splits.length > 0) {
    await writeFileAtomically(
      run.paths.report,
      makeReport(reportInput(active, splits, metrics, plots)),
    );
  }
  const { paths } = run;
  const page = await writeRunPage(run, active.emit);
  return {
    table: splits.map(({ split, before, comparison }): BeforeAfter => {
      return { split, problems: before.rows.length, comparison };
    }),
    paths: {
      folder: run.folder,
      ...(splits.length > 0 ? { report: paths.report } : {}),
      ...(page === null ? {} : { reportHtml: page }),
      ...(samples ? { rollouts: paths.rollouts } : {}),
      metrics: paths.metrics,
      metadata: paths.metadata,
      ...(policy.adapter ? { adapter: paths.adapter } : { model: paths.model }),
      plots: plots.flatMap(({ files }) => files),
    },
  };
}

type ReportSplit = ReportInput['splits'][number];

function compareSplits(
  { place }: ActiveRun,
  { before, after }: { before: Evaluations; after: Evaluations },
): ReportSplit[] {
  const options = intervalOptions(place.config);
  return evaluationSplits(place).map(({ split, title, problems }) => ({
    split,
    title,
    before: before[split],
    after: after[split],
    comparison: compareEvaluations(before[split], after[split], options),
    corpusShare: corpusShares(place, problems, before[split], after[split]),
    analysis: {
      before: analyseCompletions(before[split].rows, { problems }),
      after: analyseCompletions(after[split].rows, { problems }),
    },
  }));
}

async function drawPlots(
  { kind, run, emit, clock, signal }: ActiveRun,
  main: ReportSplit | undefined,
  metrics: readonly MetricsLogRow[],
): Promise<Drawn[]> {
  const samples = isOnline(methodOf(kind));
  const figures: [name: string, title: string, figure: Figure][] = [
    ['learning-curves', 'Learning curves', trainingCurves(metrics)],
    ...(samples
      ? [
          [
            'prompt-accuracy',
            'Accuracy of each prompt over the steps',
            promptAccuracyGrid(promptAccuracy(readRollouts(run.paths.rollouts))),
          ] satisfies [string, string, Figure],
        ]
      : []),
    ...(main
      ? [
          ['before-after', 'Before and after', beforeAfterFigure(main.comparison)] satisfies [
            string,
            string,
            Figure,
          ],
        ]
      : []),
    ...(main?.analysis
      ? [
          [
            'lengths',
            'Lengths of completions',
            lengthsFigure(main.analysis.before, main.analysis.after),
          ] satisfies [string, string, Figure],
        ]
      : []),
  ];
  const plots: Drawn[] = [];
  for (const [name, title, figure] of figures) {
    signal.throwIfAborted();
    clock.progress('plots drawn', plots.length, figures.length);
    plots.push(await drawFigure(run.paths.plots, { name, title, figure }, emit));
  }
  clock.progress('plots drawn', plots.length, figures.length);
  return plots;
}

function reportInput(
  { place, run }: ActiveRun,
  splits: ReportSplit[],
  metrics: readonly MetricsLogRow[],
  plots: readonly Drawn[],
): ReportInput {
  const { config, policy, backend, judge } = place;
  const { grpo, reward, sampling } = config;
  const tenth = Math.max(1, Math.round(metrics.length / 10));
  const scheme = reward.token_scheme;
  return {
    run: run.name,
    splits,
    training: {
      steps: grpo.max_steps,
      first: meanRow(metrics.slice(0, tenth)),
      last: meanRow(metrics.slice(-tenth)),
    },
    plots: plots.map(({ name, title }) => ({
      title,
      png: `plots/${name}.png`,
      html: `plots/${name}.html`,
    })),
    intervals: intervalOptions(config),
    facts: [
      [
        'policy',
        `${policy.folder ?? ''} (revision now ${policy.revision}), ${describeTrained(policy)}`,
      ],
      ['task', `${config.task.name}, ${config.task.train_problems} training problems`],
      [
        'training',
        `GRPO, ${grpo.max_steps} steps of ${grpo.prompts_per_step} × ${grpo.num_generations} completions, learning rate ${grpo.learning_rate}, beta ${grpo.beta}, loss ${grpo.loss_type}`,
      ],
      [
        'feedback',
        `${scheme.name}${scheme.name === 'span_penalty' ? `, lambda ${scheme.lambda}` : ''}${reward.shuffle ? ', **shuffled** (control run)' : ''}`,
      ],
      [
        'sampling',
        `temperature ${sampling.temperature} in training, ${config.evaluation.temperature} in evaluation, at most ${sampling.max_completion_length} tokens`,
      ],
      ['seed', String(config.run.seed)],
      ['machine', describeHardware(hardware())],
      ['backend', `${backend.name}, ${backend.threads} threads`],
      ...(judge
        ? [
            ['toolchain', `${judge.toolchain}, isolation ${judge.isolation}`] satisfies [
              string,
              string,
            ],
          ]
        : []),
    ],
    files: [
      [
        'config.yaml',
        'the config as resolved; `rlsf tour --config` with it and another `--run-name` makes this run again',
      ],
      ['rollouts.jsonl', 'every rollout with verdict, rewards and advantages'],
      ['metrics.jsonl', 'one row per step, TRL’s metric names'],
      [
        'evaluations_before.json, .jsonl',
        'the measurement before: summary, and one row per problem',
      ],
      ['evaluations_after.json, .jsonl', 'the measurement after'],
      policy.adapter
        ? ['adapter/', 'the trained adapter in PEFT’s layout']
        : ['model/', 'the trained policy in Hugging Face’s layout'],
      ['report.html', 'the same interactively, with the rollouts of each prompt at each step'],
      ['run_metadata.json', 'versions, hardware, hashes, times'],
    ],
  };
}

function meanRow(rows: readonly MetricsLogRow[]): Record<string, number> {
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  return Object.fromEntries(
    [...names].map((name) => {
      const values = rows.map((row) => row[name]).filter((value) => value !== undefined);
      return [name, values.reduce((sum, value) => sum + value, 0) / values.length];
    }),
  );
}
