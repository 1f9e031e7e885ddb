import type { ArmsComparison, Evaluation, RewardBenchReport } from '../../evaluation/index.js';
import type { Problem, Rollout } from '../../records.js';
import type { QueryResult, ScoreDifference } from '../../rollouts/index.js';
import type { Exported } from '../../session/commands/export.js';
import type { CommandHelp } from '../../session/commands/help.js';
import type { Forked, Opened, Saved } from '../../session/commands/keep.js';
import type { PlotChoice, PlottedFigure } from '../../session/commands/plot.js';
import type { ListedProblems } from '../../session/commands/problems.js';
import type { RewardInHand } from '../../session/commands/reward.js';
import type { InspectedRollout, RolloutsDiff } from '../../session/commands/rollouts.js';
import type { ShownSetting } from '../../session/commands/set.js';
import type { PolicyInHand, TaskInHand } from '../../session/commands/set-up.js';
import type { UpdateMade, UpdatesMade } from '../../session/commands/update.js';
import type { SessionHistory } from '../../session/history.js';
import type { StepExplanation } from '../../training/index.js';
import { figureLines } from '../figures/index.js';
import type { StyledLine } from '../styled.js';
import { line, span } from '../styled.js';
import { metricsLines, metricsTable } from '../values/numbers-view.js';
import { compareLines } from '../views/compare-view.js';
import { differenceLines } from '../views/difference-view.js';
import { evaluationLines } from '../views/evaluation-lines.js';
import { explainedStepLines } from '../views/explain-view.js';
import { countOf } from '../views/numbers.js';
import { inspectionsView } from '../views/inspection-view.js';
import { queryTable } from '../views/query-table.js';
import { rewardBenchView } from '../views/reward-bench-view.js';
import { helpLines } from './help-lines.js';
import {
  diffLines,
  pickedLines,
  problemsLines,
  rolloutRows,
  rolloutsLines,
} from './rollout-lines.js';
import {
  exportedLines,
  historyLines,
  plotChoiceLines,
  policyLines,
  rewardLines,
  settingLines,
  taskLines,
} from './set-up-lines.js';

/** What each command of the table returns. */
interface Values {
  policy: PolicyInHand;
  task: TaskInHand;
  set: ShownSetting[];
  pick: Problem[];
  sample: Rollout[];
  judge: Rollout[];
  score: Rollout[];
  reward: RewardInHand;
  rescore: ScoreDifference;
  bench: RewardBenchReport;
  advantages: Rollout[];
  step: UpdateMade;
  train: UpdatesMade;
  browse: Rollout[];
  inspect: InspectedRollout;
  diff: RolloutsDiff;
  explain: StepExplanation;
  problems: ListedProblems;
  evaluate: Evaluation;
  plot: PlottedFigure | PlotChoice[];
  compare: ArmsComparison;
  query: QueryResult;
  undo: string[];
  redo: string[];
  history: SessionHistory;
  save: Saved;
  open: Opened;
  fork: Forked;
  export: Exported;
  help: CommandHelp[];
}

type LinesOf = { [Name in keyof Values]: (value: Values[Name], width: number) => StyledLine[] };

const linesOf: LinesOf = {
  policy: policyLines,
  task: taskLines,
  set: settingLines,
  pick: pickedLines,
  sample: rolloutsLines,
  judge: rolloutsLines,
  score: rolloutsLines,
  reward: rewardLines,
  rescore: differenceLines,
  bench: rewardBenchView,
  advantages: rolloutRows,
  step: ({ step, method, metrics }, width) => [
    line(span(`step ${step}`, 'title'), `  ${method}`, ...movedBy(metrics)),
    ...metricsLines(metrics, width),
  ],
  train: ({ method, steps }, width) => [
    line(span(countOf(steps.length, 'step'), 'title'), `  ${method}`),
    ...metricsTable(steps, width),
  ],
  browse: rolloutRows,
  inspect: ({ position, of, inspection }, width) => [
    line(span(`rollout ${position} of ${of}`, 'title'), span(`  ${inspection.title}`, 'dim')),
    ...inspectionsView([inspection], { width }),
  ],
  diff: diffLines,
  explain: explainedStepLines,
  problems: problemsLines,
  evaluate: evaluationLines,
  plot: (plotted, width) =>
    Array.isArray(plotted)
      ? plotChoiceLines(plotted, width)
      : [
          ...figureLines(plotted.figure, { width }),
          ...(plotted.file === null ? [] : [line(span('written ', 'dim'), plotted.file)]),
        ],
  compare: (comparison, width) => compareLines(comparison, { width, problems: 5 }),
  query: (result, width) =>
    result.rows.length === 0 ? [line(span('no rows', 'dim'))] : queryTable(result, width),
  undo: (acts) => acts.map((act) => line(span('taken back: ', 'dim'), act)),
  redo: (acts) => acts.map((act) => line(span('done again: ', 'dim'), act)),
  history: historyLines,
  save: ({ kind, path }) => [line(span(`${kind} written  `, 'dim'), path)],
  open: ({ folder, readOnly }) => [
    line(span('opened  ', 'dim'), folder, span(readOnly ? '  read only' : '', 'warn')),
  ],
  fork: ({ folder, name }) => [
    line(span('forked to  ', 'dim'), folder, span(`  open ${name} goes over to it`, 'dim')),
  ],
  export: exportedLines,
  help: (commands, width) => helpLines(commands, width),
};

/** The lines for people of what a command of the table returned. */
export function commandLines(name: string, value: unknown, width: number): StyledLine[] {
  const lines = (linesOf as Record<string, (value: unknown, width: number) => StyledLine[]>)[name];
  return lines(value, width);
}

/** Names that lines are known for: each command of the table has one. */
export const namesWithLines: readonly string[] = Object.keys(linesOf);

/** What an update moved, in a word. */
function movedBy(metrics: Record<string, number>): StyledLine {
  const { grad_norm: norm, learning_rate: rate } = metrics;
  if (norm === undefined) return [];
  if (norm === 0) return [span('  nothing was learned: the gradient is 0', 'warn')];
  return [
    span(`  moved by a gradient of norm ${norm.toPrecision(3)} at rate ${rate ?? ''}`, 'dim'),
  ];
}
