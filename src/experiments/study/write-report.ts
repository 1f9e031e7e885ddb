/** A study's report, summary and figures, made from what its runs left on disk. */
import path from 'node:path';
import type { Figure } from '../../plots/index.js';
import { armCurves, armDifferences } from '../../plots/index.js';
import type { Config } from '../config/index.js';
import type { Drawn } from '../run/draw.js';
import { drawFigure } from '../run/draw.js';
import type { Emit } from '../run/events.js';
import { writeFileAtomically, writeJson } from '../run/files.js';
import { intervalOptions } from '../stages/evaluate.js';
import type { StudyPlan } from './plan.js';
import { planStudy } from './plan.js';
import { rateTitles } from './rates.js';
import { makeStudyReport } from './report.js';
import { readResults } from './results.js';
import type { StudySummary } from './summary.js';
import { summariseStudy } from './summary.js';

export interface WrittenReport {
  folder: string;
  report: string;
  summary: StudySummary;
  plots: string[];
}

/** Writes report.md, summary.json and plots/ of all runs that are finished, whatever was asked to run. */
export async function writeStudyReport(
  config: Config,
  { emit = () => undefined }: { emit?: Emit } = {},
): Promise<WrittenReport> {
  const plan = await planStudy(config);
  const results = await readResults(plan);
  const summary = summariseStudy(results, config.study.compare, intervalOptions(config));
  const plots = await drawFigures(plan, summary, emit);
  const report = path.join(plan.folder, 'report.md');
  await writeJson(path.join(plan.folder, 'summary.json'), summary);
  await writeFileAtomically(
    report,
    makeStudyReport({
      summary,
      facts: factsOf(config, plan, summary),
      settings: plan.arms.map(({ name, method }) => ({
        arm: name,
        text: settingsOf(method, config.study.arms[name].set),
      })),
      plots: plots.map(({ name, title }) => ({
        title,
        png: `plots/${name}.png`,
        html: `plots/${name}.html`,
      })),
    }),
  );
  const files = plots.flatMap((plot) => plot.files);
  return { folder: plan.folder, report, summary, plots: files };
}

async function drawFigures(plan: StudyPlan, summary: StudySummary, emit: Emit): Promise<Drawn[]> {
  const plots: Drawn[] = [];
  for (const [name, title, figure] of figuresOf(summary)) {
    plots.push(await drawFigure(path.join(plan.folder, 'plots'), { name, title, figure }, emit));
  }
  return plots;
}

function figuresOf(summary: StudySummary): [name: string, title: string, figure: Figure][] {
  const { arms, pairs, curves, rates, splits } = summary;
  const [rate] = rates;
  const [{ split }] = splits;
  const measure = rateTitles[rate];
  const drawn = curves.filter(({ points }) => points.length > 0);
  const methodOf = (name: string): string => arms.find((arm) => arm.name === name)?.method ?? name;
  const differences = [
    ...arms.map(({ name, differences: own }) => ({ label: name, measured: own[split][rate] })),
    ...pairs.map(({ pair, differences: own }) => ({
      label: pair.join(' − '),
      measured: own[split][rate],
    })),
  ].flatMap(({ label, measured }) => (measured ? [{ label, ...measured }] : []));
  return [
    ...(differences.length > 0
      ? [
          [
            'differences',
            'Differences from the untrained policy, and of pairs',
            armDifferences(differences, {
              title: 'Differences from the untrained policy, and of pairs',
              measure: `${measure}, difference`,
            }),
          ] satisfies [string, string, Figure],
        ]
      : []),
    ...(drawn.length > 0
      ? [
          [
            'learning-curves',
            'Learning curves',
            armCurves(
              drawn.map(({ arm, points }) => ({ arm, panel: methodOf(arm).toUpperCase(), points })),
              { measure },
            ),
          ] satisfies [string, string, Figure],
        ]
      : []),
  ];
}

function factsOf(
  config: Config,
  { seeds, arms, folder }: StudyPlan,
  { machines, backends, versions, minutes }: StudySummary,
): [name: string, value: string][] {
  const { policy, task, sampling, evaluation } = config;
  const samples = Math.max(0, ...arms.map((arm) => arm.samples));
  const rank = `LoRA r=${policy.lora_r}`;
  const whole = policy.lora_modules_to_save.map((name) => `${name} whole`);
  const trained = policy.use_peft ? [rank, ...whole].join(', ') : 'all weights';
  const curve =
    evaluation.eval_steps === null ? '' : `; ${evaluation.eval_problems} of them during training`;
  return [
    ['policy', `${path.basename(policy.model_name_or_path ?? '')}, ${trained}`],
    ['task', `${task.name}, ${task.train_problems} training problems`],
    ['seeds', seeds.join(', ')],
    ['budget', `${samples} judged completions for each arm that learns from any`],
    [
      'sampling',
      `temperature ${sampling.temperature}, at most ${sampling.max_completion_length} tokens`,
    ],
    [
      'measured',
      `temperature ${evaluation.temperature}, decoding seed ${evaluation.seed}, the same for every arm${curve}`,
    ],
    ['machine', machines.join('; ')],
    ['backend', backends.join('; ')],
    ['version', versions.join('; ')],
    [
      'time',
      `${minutes.all.toFixed(1)} minutes: ${minutes.base.toFixed(1)} for the untrained policy, ${minutes.candidates.toFixed(1)} for candidates, ${minutes.arms.toFixed(1)} for the arms; work lost to a kill is not counted`,
    ],
    ['made again by', `\`rlsf study --config <file> --report\`, from ${folder}`],
  ];
}

function settingsOf(method: string, set: Readonly<Record<string, unknown>>): string {
  const changes = Object.entries(set).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return [`trained by ${method}`, ...changes].join(', ');
}
