/** report.md of an experiment: pure, records in, text out. */
import type { Comparison, Evaluation } from '../../evaluation/index.js';
import {
  analysisRows,
  beforeAfterTable,
  formatDifference,
  formatInterval,
  signRows,
} from '../../evaluation/index.js';
import type { Config } from '../config/index.js';
import type { Drawn } from '../run/draw.js';
import type { MetricsLogRow } from '../run/metrics-log.js';
import { duration } from '../study/run-study.js';
import type { SplitAnalysis } from './analyze.js';
import { artifactsOf, experimentStages } from './stages.js';

export interface PageSplit {
  split: string;
  title: string;
  before: Evaluation;
  after: Evaluation;
  comparison: Comparison;
}

export interface TrainingRun {
  /** The method. */
  name: string;
  /** Below the experiment's folder. */
  path: string;
  metrics: MetricsLogRow[];
}

export interface PageInput {
  name: string;
  config: Config;
  /** The main one first. */
  splits: PageSplit[];
  runs: TrainingRun[];
  plots: Drawn[];
  analysis: Record<string, SplitAnalysis> | null;
  /** The finished stages in the order in which they were run. */
  done: { stage: string; what: string; seconds: number }[];
}

export function experimentPage(input: PageInput): string {
  const { name, config, splits, runs, plots, analysis, done } = input;
  const { bootstrap_resamples: resamples, confidence } = config.evaluation;
  return [
    `# ${name}`,
    '',
    ...(config.description === null ? [] : [config.description, '']),
    finding(splits[0]),
    '',
    '## What was done',
    '',
    '| stage | | time |',
    '| --- | --- | ---: |',
    ...done.map(
      ({ stage, what, seconds }) => `| ${stage} | ${cell(what)} | ${duration(seconds)} |`,
    ),
    '',
    ...splits.flatMap((split) => splitSection(split, analysis?.[split.split])),
    ...(runs.length > 0 ? ['## Training', '', ...runs.flatMap(trainingSection)] : []),
    ...(plots.length > 0 ? ['## Figures', ''] : []),
    ...plots.flatMap(({ name: file, title, files }) => [
      ...(files.some((one) => one.endsWith('.png')) ? [`![${title}](plots/${file}.png)`, ''] : []),
      `[${title}, interactive](plots/${file}.html)`,
      '',
    ]),
    '## How it was run',
    '',
    '| | |',
    '| --- | --- |',
    ...factsOf(config).map(([fact, value]) => `| ${fact} | ${cell(value)} |`),
    '',
    '## Files',
    '',
    ...filesOf(name, done),
    '',
    '## Reading the numbers',
    '',
    `Intervals are percentile-bootstrap intervals over problems (${percent(confidence)} coverage, ${resamples} resamples); the change is resampled in pairs, each problem with its own before and after, sampled with the same decoding seeds. They do not hold what another training seed would change: \`rlsf study\` does. «No sanitizer finding» also asks that the program compiles and neither crashes nor meets a limit; «fully clean» asks for no warning, no finding and all tests passed. What the judge itself could not score is left out.`,
    '',
  ].join('\n');
}

function finding({ comparison, before }: PageSplit): string {
  const change = comparison.fully_clean_rate;
  const points = `fully clean completions on ${before.rows.length} held-out problems changed by ${formatDifference(change)} percentage points`;
  if (change.low > 0) return `**The policy got better**: ${points}, an interval above 0.`;
  if (change.high < 0) return `**The policy got worse**: ${points}, an interval below 0.`;
  return `**No change beyond chance**: ${points}, an interval that holds 0.`;
}

function splitSection(
  { title, before, after, comparison }: PageSplit,
  analysis: SplitAnalysis | undefined,
): string[] {
  const passed = Object.entries(before.passAtK).filter(
    ([k]) => k !== 'pass@1' && k in after.passAtK,
  );
  const answers = before.answers && after.answers ? [before.answers, after.answers] : null;
  return [
    `## ${title}`,
    '',
    ...beforeAfterTable(comparison),
    ...passed.map(
      ([k, value]) => `| ${k} | ${formatInterval(value)} | ${formatInterval(after.passAtK[k])} | |`,
    ),
    ...(answers
      ? (['strict_accuracy', 'lenient_accuracy', 'format_rate'] as const).map(
          (rate) =>
            `| ${rate.replaceAll('_', ' ')} | ${answers.map((one) => formatInterval(one[rate])).join(' | ')} | |`,
        )
      : []),
    '',
    `${before.rows.length} problems, ${before.numSamples} completion${before.numSamples === 1 ? '' : 's'} each, decoding seed ${before.seed}; changes in percentage points. Mean length ${before.meanCompletionTokens.toFixed(1)} → ${after.meanCompletionTokens.toFixed(1)} tokens, cut short ${percent(before.truncatedShare)} → ${percent(after.truncatedShare)}.`,
    '',
    '| outcome | before | after |',
    '| --- | ---: | ---: |',
    ...[...new Set([...Object.keys(before.outcomes), ...Object.keys(after.outcomes)])].map(
      (outcome) => {
        const key = outcome as keyof Evaluation['outcomes'];
        return `| ${outcome} | ${before.outcomes[key] ?? 0} | ${after.outcomes[key] ?? 0} |`;
      },
    ),
    '',
    ...(analysis ? analysisLines(analysis) : []),
  ];
}

function analysisLines({ better, worse, before, after, similarity }: SplitAnalysis): string[] {
  const table = (rows: string[][]): string[] =>
    rows.map((row) => `| ${row.map(cell).join(' | ')} |`);
  return [
    `${better.length} problem${better.length === 1 ? '' : 's'} got better, ${worse.length} worse.${
      similarity
        ? ` Completions after are like those before by ${similarity.similarity.toFixed(2)} (1: the same); ${percent(similarity.identicalShare)} are the same token for token.`
        : ''
    }`,
    '',
    '| completions | before | after |',
    '| --- | ---: | ---: |',
    ...table(analysisRows(before, after)),
    '',
    '| sign of pleasing the judge | before | after | e.g. |',
    '| --- | ---: | ---: | --- |',
    ...table(signRows(before, after)),
    '',
  ];
}

function trainingSection({ name, path: at, metrics }: TrainingRun): string[] {
  const tenth = Math.max(1, Math.round(metrics.length / 10));
  const names = ['loss', 'reward', 'rewards/accuracies', 'rewards/margins', 'kl', 'entropy'].concat(
    ['compile_rate', 'fully_clean_rate', 'completions/mean_length'],
  );
  const mean = (rows: readonly MetricsLogRow[], metric: string): number =>
    rows.reduce((sum, row) => sum + row[metric], 0) / rows.length;
  const shown = names.filter((metric) => metrics.every((row) => Number.isFinite(row[metric])));
  return [
    `### ${name}`,
    '',
    `${metrics.length} updates, in \`${at}/\`. Means over the first and the last tenth of them (at least one):`,
    '',
    '| metric | first | last |',
    '| --- | ---: | ---: |',
    ...(metrics.length === 0 ? [] : shown).map(
      (metric) =>
        `| ${metric} | ${mean(metrics.slice(0, tenth), metric).toPrecision(3)} | ${mean(metrics.slice(-tenth), metric).toPrecision(3)} |`,
    ),
    '',
  ];
}

function factsOf({ policy, task, sampling, evaluation, run }: Config): [string, string][] {
  const trained = policy.use_peft ? `LoRA r=${policy.lora_r}` : 'all weights';
  return [
    ['policy', `${policy.model_name_or_path}, ${trained}`],
    ['task', `${task.name}, ${task.train_problems} training problems`],
    [
      'sampling',
      `temperature ${sampling.temperature} in training, ${evaluation.temperature} in evaluation, at most ${sampling.max_completion_length} tokens`,
    ],
    ['seed', String(run.seed)],
  ];
}

const meanings: Readonly<Record<string, string>> = {
  'config.yaml': 'the config as resolved',
  'stages.json': 'what each stage was made from and left, by hash',
  'evaluations_baseline.json': 'the measurement before; its rows in .jsonl',
  'candidates.jsonl': 'the policy’s own answers to the training problems',
  'candidates_annotated.jsonl': 'the same, judged and scored',
  'nbest.jsonl': 'the best answers of each problem',
  'pairs.jsonl': 'pairs of a better and a worse answer',
  'kto.jsonl': 'answers called good or bad',
  'sft.jsonl': 'completions to imitate',
  'manifest.json': 'counts, hashes and settings of these sets',
  'train/': 'a run folder for each method of train_all',
  'online_grpo/': 'the run folder of GRPO',
  'merged/': 'base and adapter as one model',
  'evaluations_after.json': 'the measurement after; its rows in .jsonl',
  'analysis.json': 'what changed between the two',
};

function filesOf(name: string, done: PageInput['done']): string[] {
  const stages = experimentStages.filter((stage) => done.some((one) => one.stage === stage));
  const files = ['config.yaml', 'stages.json', ...stages.flatMap((stage) => artifactsOf[stage])];
  return [
    ...files.filter((file) => file in meanings).map((file) => `- \`${file}\`: ${meanings[file]}`),
    `- \`${name}_summary.json\`: every number of this page`,
  ];
}

function percent(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(share === 1 ? 0 : 1)} %` : '–';
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
