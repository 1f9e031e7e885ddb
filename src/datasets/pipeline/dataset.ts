import { existsSync } from 'node:fs';
import path from 'node:path';
import { readExample, type Example } from '../../tasks/examples/index.js';
import { referenceColumns, type BuiltSet, type SampleSource } from '../built-set.js';
import { withoutRows } from '../degenerate.js';
import { countDrop, type Drops } from '../drops.js';
import { writeBuiltSets, type Manifest } from '../manifest.js';
import { pairRow, type PairRow, type PairSide } from '../pair-row.js';
import { indexOf, textOf } from './compiled.js';
import type { StageCount } from './examples.js';
import { hashOf, readJsonFile, requireJsonFile } from './files.js';
import type { CompiledExample, RewardedExample, Side } from './records.js';

/** One example with what the stages found. */
export interface PipelineRow {
  compiled: CompiledExample;
  rewarded: RewardedExample;
}

/** Stage 4: the examples whose sides are as expected, as preference pairs. */
export async function datasetStage(output: string): Promise<StageCount> {
  const rows = pipelineRows(output);
  const inputs = hashOf(
    2,
    rows.map(({ compiled, rewarded }) => [compiled.inputs, rewarded.inputs]),
  );
  const file = path.join(output, 'pairs.jsonl');
  const there = readJsonFile<Manifest>(path.join(output, 'manifest.json'));
  if (existsSync(file) && there?.settings['inputs'] === inputs)
    return { made: 0, unchanged: rows.length };
  const { source } = indexOf(output);
  const examples = await Promise.all(
    rows.map(({ compiled }) => readExample(path.join(output, 'examples', compiled.name))),
  );
  const set = buildExamplePairs(rows, examples);
  writeBuiltSets(
    output,
    { 'pairs.jsonl': set },
    {
      inputs: [path.join(output, 'examples', 'index.json')],
      settings: { source, inputs, tokenizer: rows[0]?.rewarded.tokenizer ?? null },
    },
  );
  return { made: rows.length, unchanged: 0 };
}

/** What stages 2 and 3 wrote of all examples of the index. */
export function pipelineRows(output: string): PipelineRow[] {
  const read = <T>(stage: string, name: string): T =>
    requireJsonFile<T>(path.join(output, stage, `${name}.json`), stage);
  return indexOf(output).examples.map(({ name }) => ({
    compiled: read<CompiledExample>('compiled', name),
    rewarded: read<RewardedExample>('rewards', name),
  }));
}

function buildExamplePairs(
  rows: readonly PipelineRow[],
  examples: readonly Example[],
): BuiltSet<PairRow> {
  const dropped: Drops = {};
  const pairs = rows.flatMap((row, i) => {
    const why = whyNot(row);
    if (why === null) return [examplePair(row, examples[i])];
    countDrop(dropped, why);
    return [];
  });
  const counts = { total: rows.length, withRows: pairs.length, without: { ...dropped } };
  return {
    rows: pairs,
    problems: counts,
    dropped,
    notes: withoutRows('pair', counts),
    settings: { kind: 'examples', rank_by: 'reward' },
  };
}

function whyNot({ compiled, rewarded }: PipelineRow): string | null {
  const { chosen, rejected } = rewarded;
  if (chosen.reward === null || rejected.reward === null) return 'unscorable';
  if (compiled.chosen.difference ?? compiled.rejected.difference) return 'not as expected';
  return chosen.reward > rejected.reward ? null : 'chosen earns no more than rejected';
}

function examplePair({ compiled, rewarded }: PipelineRow, example: Example): PairRow {
  const { problem, from, kind, explanation, name } = example;
  const { corruption } = from ?? { corruption: null };
  const sideOf = (side: Side, source: SampleSource): PairSide => {
    const { outcome, testsPassed, testsTotal } = compiled[side];
    const { reward, spans } = rewarded[side];
    return {
      ...referenceColumns(),
      text: textOf(example, side),
      outcome,
      reward,
      score: reward,
      tests_passed: testsPassed,
      tests_total: testsTotal,
      spans,
      finish_reason: 'stop',
      source,
    };
  };
  return {
    ...pairRow({
      problem: {
        problemId: problem.id,
        task: problem.task,
        prompt: String(problem.prompt),
        promptIds: null,
      },
      rankBy: 'reward',
      modelRevision: null,
      chosen: sideOf('chosen', 'reference'),
      rejected: sideOf('rejected', corruption === null ? 'written' : 'corruption'),
      ...(corruption !== null && {
        corruption: {
          operator: corruption.operator,
          kind: corruption.kind,
          span: { start: corruption.start, end: corruption.end },
        },
      }),
    }),
    example: name,
    fault: kind,
    explanation,
    fault_line: compiled.rejected.expected.line,
  };
}
