import { visibleText } from '../../plots/visible.js';
import type { Headline, Prunable, RunDetails, RunEntry } from '../../experiments/runs/index.js';
import { humanSize } from '../../experiments/runs/human-size.js';
import type { StyledLine, Tone } from '../styled.js';
import { fitLine, line, padEnd, padStart, span, textWidth, wrapText } from '../styled.js';
import { countOf } from './numbers.js';

const signs: Record<RunEntry['state'], [sign: string, tone: Tone]> = {
  finished: ['✓', 'good'],
  running: ['▸', 'accent'],
  interrupted: ['‖', 'warn'],
  failed: ['×', 'bad'],
  unreadable: ['?', 'bad'],
};

/** One line a run, under a head. */
export function runEntryLines(
  entries: readonly RunEntry[],
  { outputDir, width, now }: { outputDir: string; width: number; now: number },
): StyledLine[] {
  if (entries.length === 0) return [line(`There is no run under ${outputDir} yet.`)];
  const texts = entries.map((entry) => ({
    name: visibleText(entry.name),
    method: entry.kind ?? '',
    state: entry.state,
    steps: stepsText(entry),
    headline: entry.headline === null ? '' : headlineText(entry.headline),
    age: ageText(entry.updated, now),
    size: humanSize(entry.bytes),
  }));
  type Column = keyof (typeof texts)[number];
  const head = {
    name: 'name',
    method: 'method',
    state: 'state',
    steps: 'steps',
    headline: 'headline',
    age: 'age',
    size: 'size',
  };
  const wide = (column: Column): number =>
    Math.max(textWidth(head[column]), ...texts.map((text) => textWidth(text[column])));
  const cell = (text: Record<Column, string>, column: Column): string =>
    ['steps', 'age', 'size'].includes(column)
      ? padStart(text[column], wide(column))
      : padEnd(text[column], wide(column));
  const row = (text: Record<Column, string>, state: StyledLine[number]): StyledLine =>
    fitLine(
      line(
        `${cell(text, 'name')}  ${cell(text, 'method')}  `,
        state,
        `  ${cell(text, 'steps')}  ${cell(text, 'headline')}  ${cell(text, 'age')}  ${cell(text, 'size')}`,
      ),
      width,
    );
  const total = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  return [
    row(head, span(`  ${cell(head, 'state')}`, 'dim')).map((part) => ({
      ...part,
      tone: 'dim',
    })),
    ...texts.map((text) => {
      const [sign, tone] = signs[text.state];
      return row(text, span(`${sign} ${cell(text, 'state')}`, tone));
    }),
    line(
      span(`${entries.length} run${entries.length === 1 ? '' : 's'}, ${humanSize(total)}`, 'dim'),
    ),
  ];
}

/** Everything about one run. */
export function runDetailsLines(details: RunDetails, width: number, now: number): StyledLine[] {
  const { name, kind, state, folder, headline, error, metadata, options, files, notes } = details;
  const [sign, tone] = signs[state];
  const fact = (title: string, text: string): StyledLine[] =>
    wrapText(visibleText(text), width - 13).map((part, at) =>
      line(span(`  ${padEnd(at === 0 ? title : '', 11)}`, 'dim'), part),
    );
  const sessions = metadata?.sessions ?? [];
  return [
    line(
      span(visibleText(name), 'title'),
      `  ${kind ?? ''}  `,
      span(`${sign} ${state}`, tone),
      `  ${stepsText(details)} steps`,
      span(`  ${ageText(details.updated, now)} ago`, 'dim'),
    ),
    ...(error === null
      ? []
      : wrapText(visibleText(error), width - 2).map((part) => line(span(`  ${part}`, 'bad')))),
    ...fact('folder', folder),
    ...(headline === null ? [] : fact('headline', `${headlineText(headline)} (${headline.of})`)),
    ...(metadata === null
      ? []
      : [
          ...fact(
            'machine',
            `${metadata.hardware.cores} × ${metadata.hardware.cpu}, ${(metadata.hardware.memoryMiB / 1024).toFixed(1)} GiB`,
          ),
          ...fact(
            'versions',
            Object.entries(metadata.versions)
              .map(([what, version]) => `${what} ${version}`)
              .join(', '),
          ),
          ...(metadata.gitRevision === null ? [] : fact('revision', metadata.gitRevision)),
          ...(metadata.toolchain === null
            ? []
            : fact('toolchain', `${metadata.toolchain}, isolation ${metadata.isolation ?? '?'}`)),
          ...sessions
            .map(({ started, ended, fromStep, toStep }, at) =>
              fact(
                at === 0 ? 'sessions' : '',
                `${started} to ${ended ?? '?'}, steps ${fromStep} to ${toStep ?? '?'}`,
              ),
            )
            .flat(),
        ]),
    line(span('options that differ from the defaults', 'title')),
    ...options.map(({ option, value, byDefault }) =>
      fitLine(
        line(
          `  ${option}: ${visibleText(JSON.stringify(value))}`,
          span(`  (default ${JSON.stringify(byDefault)})`, 'dim'),
        ),
        width,
      ),
    ),
    ...notes.flatMap((note) =>
      wrapText(visibleText(note), width - 4).map((part, at) =>
        line(span(`${at === 0 ? '! ' : '  '}${part}`, 'warn')),
      ),
    ),
    line(span('files', 'title')),
    ...files.map((file) =>
      line(
        `  ${padStart(humanSize(file.bytes), 9)}  ${visibleText(file.name)}`,
        span(file.name.endsWith('/') ? `  ${countOf(file.files, 'file')}` : '', 'dim'),
      ),
    ),
    line(span(`  ${padStart(humanSize(details.bytes), 9)}  in all`, 'dim')),
  ];
}

const whys: Record<Prunable['why'], string> = {
  checkpoint: 'checkpoint',
  index: 'query index, made again when asked for',
  leftover: 'half-written, left by a kill',
};

export function prunableLines(items: readonly Prunable[], width: number): StyledLine[] {
  return items.map(({ path, bytes, why }) =>
    fitLine(
      line(`${padStart(humanSize(bytes), 9)}  ${visibleText(path)}`, span(`  ${whys[why]}`, 'dim')),
      width,
    ),
  );
}

/** `fully clean 21.7 → 40.0 %` */
export function headlineText({ metric, isShare, before, after }: Headline): string {
  const text = (value: number | null): string =>
    value === null ? '·' : isShare ? (value * 100).toFixed(1) : value.toPrecision(3);
  const name = metric
    .replace(/^eval_/, '')
    .replace(/_(rate|accuracy)$/, '')
    .replaceAll('_', ' ');
  return `${name} ${text(before)} → ${text(after)}${isShare ? ' %' : ''}`;
}

function stepsText({ step, maxSteps }: Pick<RunEntry, 'step' | 'maxSteps'>): string {
  return maxSteps === 0 ? String(step) : `${step}/${maxSteps}`;
}

/** `5 min`, `3 h`, `12 d`. */
function ageText(updated: string | null, now: number): string {
  if (updated === null) return '';
  const minutes = Math.max(0, (now - Date.parse(updated)) / 60_000);
  if (minutes < 1) return '< 1 min';
  if (minutes < 60) return `${Math.floor(minutes)} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h`;
  return `${Math.floor(minutes / 1440)} d`;
}
