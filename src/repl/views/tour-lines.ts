import type {
  BeforeAfter,
  EvaluationEvent,
  HeaderEvent,
  RunPaths,
  StepEvent,
  TourEvent,
} from '../../experiments/run/events.js';
import type { RateName } from '../../evaluation/records.js';
import type { StyledLine } from '../styled.js';
import {
  fitLine,
  line,
  padEnd,
  padStart,
  plainText,
  span,
  textWidth,
  wrapText,
} from '../styled.js';
import { groupView } from './group-view.js';
import { countOf, duration, percent, points, thousands } from './numbers.js';

export const rateTitles: Record<RateName, string> = {
  compile_rate: 'compiles',
  sanitizer_clean_rate: 'sanitizer-clean',
  test_pass_rate: 'all tests pass',
  fully_clean_rate: 'fully clean',
};

const rateNames = Object.keys(rateTitles) as RateName[];

/**
 * The lasting lines of an event, the same in a terminal and in a pipe. Progress has none: it is live
 * in a terminal and thinned out in a pipe. Steps have one each in a pipe only (`stepLine`).
 */
export function eventLines(event: TourEvent, width: number): StyledLine[] {
  switch (event.type) {
    case 'header':
      return headerLines(event, width);
    case 'stage':
      return [line(''), line(span(`[${event.index}/${event.stages}] ${event.title}`, 'title'))];
    case 'evaluation':
      return evaluationLines(event, width);
    case 'group':
      return groupView(event.prompt, event.members, { width });
    case 'warning':
      return wrapText(event.message, width - 4).map((row, index) =>
        line(span(`${index === 0 ? '!' : ' '} ${row}`, 'warn')),
      );
    case 'note':
      return wrapText(event.message, width - 4).map((row, index) =>
        line(span(index === 0 ? '· ' : '  ', 'dim'), row),
      );
    case 'finished':
      return [
        ...tableLines(event.table, width),
        ...pathLines(event.paths, width),
        line(span(`Done in ${duration(event.elapsedMs)}.`, 'dim')),
      ];
    case 'interrupted':
      return [
        line(''),
        line(
          span(
            `Stopped after step ${event.step} of ${event.maxSteps}; nothing done so far is lost.`,
            'warn',
          ),
        ),
        line(`Run folder: ${event.folder}`),
      ];
    case 'progress':
    case 'step':
      return [];
  }
}

function headerLines(event: HeaderEvent, width: number): StyledLine[] {
  const { model, backend } = event;
  const fact = (name: string, value: string): StyledLine[] =>
    wrapText(value, width - 10).map((row, index) =>
      line(span(padEnd(index === 0 ? name : '', 10), 'dim'), row),
    );
  return [
    line(
      span('RLSF Workbench', 'title'),
      span('  reinforcement learning from symbolic feedback', 'dim'),
    ),
    ...fact(
      'run',
      `${event.run} (${event.kind}, seed ${event.seed}${event.task === null ? '' : `, task ${event.task}`}) → ${event.folder}`,
    ),
    ...fact(
      'policy',
      `${model.folder}, ${thousands(model.parameters)} parameters, ${thousands(model.trainableParameters)} trained (${model.trained}), revision ${model.revision}`,
    ),
    ...fact('machine', event.device),
    ...fact('backend', `${backend.name}, ${backend.threads} threads: ${backend.reason}`),
    ...(event.toolchain
      ? [...fact('judge', `${event.toolchain}; isolation: ${event.isolation ?? 'none'}`)]
      : []),
    ...(event.resumedAfterStep === null
      ? []
      : [
          line(
            span(
              `Resumed after step ${event.resumedAfterStep}${event.maxSteps === null ? '' : ` of ${event.maxSteps}`}.`,
              'accent',
            ),
          ),
        ]),
  ];
}

function evaluationLines(event: EvaluationEvent, width: number): StyledLine[] {
  const { rates, rows, numSamples, split } = event.evaluation;
  const stored = event.stored ? ' · read back from the run folder' : '';
  const parts = rateNames.map((name) => [
    span(`${rateTitles[name]} `, 'dim'),
    span(`${percent(rates[name].value)}   `),
  ]);
  return [
    line(
      `  ${event.when} · ${splitTitle(split)} · ${countOf(rows.length, 'problem')} × ${numSamples}${stored}`,
    ),
    ...packed(parts, width - 4).map((row) => line('    ', ...row)),
  ];
}

/** As many parts in a row as there is room for. */
function packed(parts: readonly StyledLine[], width: number): StyledLine[] {
  const rows: StyledLine[] = [];
  let left = 0;
  for (const part of parts) {
    const size = textWidth(plainText(part));
    if (size > left) {
      rows.push([]);
      left = width;
    }
    rows[rows.length - 1].push(...part);
    left -= size + 3;
  }
  return rows;
}

/** One line of a training step for a pipe or a log. */
export function stepLine(event: StepEvent): StyledLine {
  const { metrics } = event;
  const show = (name: string, title: string, write: (value: number) => string): string =>
    metrics[name] === undefined ? '' : `  ${title} ${write(metrics[name])}`;
  const left = event.etaMs === null ? '' : `  left ${duration(event.etaMs)}`;
  return line(
    `step ${padStart(String(event.step), String(event.maxSteps).length)}/${event.maxSteps}`,
    show('loss', 'loss', (value) => value.toFixed(4)),
    show('reward', 'reward', (value) => value.toFixed(3)),
    show('rewards/accuracies', 'preferred', percent),
    show('rewards/margins', 'margin', (value) => value.toFixed(3)),
    show('eval_loss', 'held-out loss', (value) => value.toFixed(4)),
    show('eval_fully_clean_rate', 'held-out clean', percent),
    show('fully_clean_rate', 'clean', percent),
    show('sanitizer_clean_rate', 'sanitizer-clean', percent),
    show('kl', 'kl', (value) => value.toFixed(4)),
    span(left, 'dim'),
  );
}

function splitTitle(split: string): string {
  if (split === 'held_out') return 'held-out problems';
  return split === 'held_out_families' ? 'held-out families' : split;
}

/** The before/after table: one block for each split, one row for each rate, 95 % intervals. */
export function tableLines(table: readonly BeforeAfter[], width: number): StyledLine[] {
  const columns = [16, 20, 20];
  return table
    .flatMap(({ split, problems, comparison }) => [
      line(''),
      line(span(`${splitTitle(split)} (${countOf(problems, 'problem')})`, 'title')),
      line(
        span(
          `  ${padEnd('', columns[0])}${padEnd('before, %', columns[1])}${padEnd('after, %', columns[2])}change, points`,
          'dim',
        ),
      ),
      ...rateNames.map((name) => {
        const { before, after, value, low, high } = comparison[name];
        const sure = low > 0 ? 'good' : high < 0 ? 'bad' : 'plain';
        const sign = low > 0 ? '▲' : high < 0 ? '▼' : '·';
        return fitLine(
          line(
            `  ${padEnd(rateTitles[name], columns[0])}`,
            padEnd(interval(before), columns[1]),
            padEnd(interval(after), columns[2]),
            span(`${sign} ${points(value)} [${points(low)}, ${points(high)}]`, sure),
          ),
          width,
        );
      }),
      line(span('  [ ] 95 % bootstrap interval over problems; ▲ ▼ it leaves out 0', 'dim')),
    ])
    .map((row) => fitLine(row, width));
}

function interval({ value, low, high }: { value: number; low: number; high: number }): string {
  return `${(value * 100).toFixed(1)} [${(low * 100).toFixed(1)}, ${(high * 100).toFixed(1)}]`;
}

function pathLines(paths: RunPaths, width: number): StyledLine[] {
  const named: [string, string | undefined][] = [
    ['report', paths.report],
    ['page', paths.reportHtml],
    ['rollouts', paths.rollouts],
    ['metrics', paths.metrics],
    ['adapter', paths.adapter],
    ['model', paths.model],
    ['metadata', paths.metadata],
    ...groupByStem(paths.plots).map((plot): [string, string] => ['plot', plot]),
  ];
  return [
    line(''),
    line(span('written to ', 'dim'), paths.folder),
    ...named
      .filter(([, path]) => path !== undefined)
      .map(([name, path]) =>
        fitLine(line(span(`  ${padEnd(name, 10)}`, 'dim'), path ?? ''), width),
      ),
  ];
}

/** `plots/curves.html` and `plots/curves.png` → `plots/curves.{html,png}`. */
function groupByStem(files: readonly string[]): string[] {
  const endings = new Map<string, string[]>();
  for (const file of files) {
    const dot = file.lastIndexOf('.');
    const stem = file.slice(0, dot);
    endings.set(stem, [...(endings.get(stem) ?? []), file.slice(dot + 1)]);
  }
  return [...endings].map(
    ([stem, all]) => `${stem}.${all.length === 1 ? all[0] : `{${all.join(',')}}`}`,
  );
}
