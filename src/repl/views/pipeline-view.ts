import { mainFinding, type PipelineResult, type PipelineRow } from '../../datasets/index.js';
import { line, padEnd, padStart, span, textWidth } from '../styled.js';
import type { StyledLine } from '../styled.js';

/** What became of every example: how its rejected side failed, where, and what that earns. */
export function pipelineLines({ output, stages, rows }: PipelineResult): StyledLine[] {
  const differing = rows.filter(({ compiled }) => differenceOf(compiled) !== null);
  return [
    ...(rows.length > 0 ? table(rows) : []),
    ...differing.map(({ compiled }) =>
      line(span(`${compiled.name}: `, 'bad'), differenceOf(compiled) ?? ''),
    ),
    line(
      span(output, 'title'),
      `  ${Object.entries(stages)
        .map(([stage, { made, unchanged }]) => `${stage}: ${made} made, ${unchanged} unchanged`)
        .join(' · ')}`,
    ),
    ...(stages.dataset === undefined
      ? []
      : [
          line(
            span(
              `  ${rows.length - differing.length} of ${rows.length} as expected · train on it: rlsf train dpo --config configs/dpo-cpp-token.yaml --set dataset.path=${output}/pairs.jsonl`,
              'dim',
            ),
          ),
        ]),
  ];
}

const columns = ['line', 'found', 'tokens', 'chosen', 'rejected'];

function table(rows: readonly PipelineRow[]): StyledLine[] {
  const width = (texts: string[]): number => Math.max(...texts.map(textWidth)) + 2;
  const kinds = width(['kind', ...rows.map(({ compiled }) => compiled.kind)]);
  const outcomes = width(['outcome', ...rows.map(({ compiled }) => compiled.rejected.outcome)]);
  const findings = width(['finding', ...rows.map(({ compiled }) => findingOf(compiled))]);
  const head =
    padEnd('kind', kinds) +
    padEnd('outcome', outcomes) +
    padEnd('finding', findings) +
    columns.map((name) => padStart(name, 10)).join('');
  return [
    line(span(head, 'dim')),
    ...rows.map(({ compiled, rewarded }) => {
      const { rejected } = compiled;
      const reached = rewarded.rejected.tokens.filter((token) => token.reached === 1).length;
      const numbers = [
        String(rejected.expected.line ?? '–'),
        String(mainFinding(rejected)?.line ?? '–'),
        `${reached}${rewarded.rejected.locatedBy === 'example' ? '*' : ''}`,
        reward(rewarded.chosen.reward),
        reward(rewarded.rejected.reward),
      ];
      const isFine = differenceOf(compiled) === null;
      return line(
        padEnd(compiled.kind, kinds) +
          padEnd(rejected.outcome, outcomes) +
          padEnd(findingOf(compiled), findings) +
          numbers.map((text) => padStart(text, 10)).join(''),
        isFine ? span('  as expected', 'good') : span('  differs', 'bad'),
      );
    }),
    ...(rows.some(({ rewarded }) => rewarded.rejected.locatedBy === 'example')
      ? [line(span('* no tool tells the place: the line that the example states', 'dim'))]
      : []),
  ];
}

function findingOf({ rejected }: PipelineRow['compiled']): string {
  return mainFinding(rejected)?.kind ?? (rejected.expected.finding === null ? '–' : 'not found');
}

function differenceOf({ chosen, rejected }: PipelineRow['compiled']): string | null {
  if (chosen.difference !== null) return `chosen: ${chosen.difference}`;
  return rejected.difference === null ? null : `rejected: ${rejected.difference}`;
}

function reward(value: number | null): string {
  return value === null ? '–' : String(Math.round(value * 100) / 100);
}
