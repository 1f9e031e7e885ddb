import { existsSync } from 'node:fs';
import path from 'node:path';
import { inputError, usageError } from '../../errors.js';
import type { BuiltSet, CorruptedSample, Manifest, RankBy } from '../../datasets/index.js';
import type { Problem, Rollout } from '../../records.js';
import { line, padStart, span } from '../styled.js';
import type { StyledLine } from '../styled.js';
import type { Command, CommandContext, CommandInput } from './command.js';
import { flagOption, numberOption, textOption, wholeOption } from './command.js';
import { judgePlaceOptions, openCommandJudge } from './judge-place.js';
import { openTaskOption, taskOptions } from './tasks-options.js';

export const tasksBuildCommand: Command = {
  name: 'tasks build',
  summary: 'training sets of judged candidates: pairs, unpaired, n-best, SFT, in TRL’s formats',
  options: [
    {
      flags: '--candidates <path>',
      summary: 'the folder of `rlsf tasks candidates`, or a rollouts.jsonl with verdicts',
    },
    { flags: '--output <folder>', summary: 'where the sets go (default: beside the candidates)' },
    { flags: '--rank-by <what>', summary: 'outcome (default), reward, tests or clean' },
    { flags: '--margin <difference>', summary: 'least difference of a pair’s ranks (default: 0)' },
    { flags: '--min-chosen <rank>', summary: 'least rank of a chosen side (default: none)' },
    { flags: '--max-pairs <count>', summary: 'pairs per problem (default: 4)' },
    { flags: '--max-length-ratio <r>', summary: 'longer side over shorter side (default: any)' },
    { flags: '--length-balance', summary: 'pairs that even out the lengths of both sides first' },
    { flags: '--n-best <count>', summary: 'samples per problem in nbest.jsonl (default: 1)' },
    {
      flags: '--references',
      summary: 'also the task’s references: reference-pairs.jsonl, sft.jsonl',
    },
    {
      flags: '--corrupt <count>',
      summary: 'so many corrupted programs where no sample fails (C++)',
    },
    { flags: '--parquet', summary: 'each set as Parquet too' },
    { flags: '--seed <seed>', summary: 'of the choice among pairs (default: 0)' },
    { flags: '--task <name>', summary: 'of the candidates, for references (default: as they say)' },
    ...taskOptions,
    ...judgePlaceOptions,
  ],
  examples: [
    'rlsf tasks build --candidates runs/candidates',
    'rlsf tasks build --candidates runs/candidates --min-chosen 1 --corrupt 2 --references',
  ],
  async run(input, context) {
    const datasets = await import('../../datasets/index.js');
    const file = candidatesFile(input);
    const { readRollouts } = await import('../../rollouts/index.js');
    const rollouts = [...readRollouts(file)];
    if (rollouts.length === 0)
      throw inputError(`${file}: expected judged candidates, got an empty file.`);
    const rankBy = rankOption(input, datasets.rankings);
    const seed = wholeOption(input, 'seed', 0);
    const limits = {
      rankBy,
      margin: numberOption(input, 'margin', 0),
      minChosenScore: numberOption(input, 'minChosen', -Infinity),
      maxPairsPerProblem: wholeOption(input, 'maxPairs', 4, 1),
      maxLengthRatio: numberOption(input, 'maxLengthRatio', Infinity),
      lengthBalance: flagOption(input, 'lengthBalance'),
      seed,
    };
    const corrupt = wholeOption(input, 'corrupt', 0);
    const takesReferences = flagOption(input, 'references');
    const problems =
      corrupt > 0 || takesReferences ? await problemsOf(rollouts, input, context) : [];
    let pairs = datasets.buildPairs(rollouts, limits);
    if (corrupt > 0) {
      const judged = { n: corrupt, seed };
      const corruption = await corrupted(rollouts, pairs, problems, judged, input, context);
      pairs = datasets.buildPairs(rollouts, { ...limits, corruption });
    }
    const references = takesReferences ? problems : [];
    // A set with a name of its own (`--prompt-path`) hands it on.
    const [{ run }] = rollouts;
    const [pairsFile, ktoFile] =
      run === 'candidates' || path.basename(file) !== 'candidates_annotated.jsonl'
        ? ['pairs.jsonl', 'kto.jsonl']
        : [`dpo-${run}.jsonl`, `kto-${run}.jsonl`];
    const sets: Record<string, BuiltSet<object>> = {
      [pairsFile]: pairs,
      [ktoFile]: datasets.buildUnpaired(rollouts, { rankBy, seed }),
      'nbest.jsonl': datasets.buildNBest(rollouts, {
        rankBy,
        n: wholeOption(input, 'nBest', 1, 1),
      }),
      'sft.jsonl': datasets.buildSft({ rollouts, problems: references }, { rankBy }),
    };
    if (takesReferences)
      sets['reference-pairs.jsonl'] = datasets.referencePairs(rollouts, references, {
        rankBy,
        maxPairsPerProblem: limits.maxPairsPerProblem,
        seed,
      });
    const folder = textOption(input, 'output') ?? path.dirname(file);
    const manifest = datasets.writeBuiltSets(folder, sets, {
      inputs: [file],
      settings: { policies: [...new Set(rollouts.map(({ modelRevision }) => modelRevision))] },
    });
    if (flagOption(input, 'parquet'))
      for (const [name, { rows }] of Object.entries(sets))
        if (rows.length > 0)
          datasets.writeParquet(path.join(folder, name.replace('.jsonl', '.parquet')), rows);
    const isEmpty = Object.values(sets).every(({ rows }) => rows.length === 0);
    return {
      value: { folder, ...manifest },
      lines: lines(folder, manifest),
      exitCode: isEmpty ? 1 : 0,
    };
  },
};

function candidatesFile(input: CommandInput): string {
  const given = textOption(input, 'candidates');
  if (given === undefined)
    throw usageError(
      'rlsf tasks build: --candidates: expected the folder of `rlsf tasks candidates`, got none.',
    );
  const inFolder = path.join(given, 'candidates_annotated.jsonl');
  if (existsSync(inFolder)) return inFolder;
  if (existsSync(given) && given.endsWith('.jsonl')) return given;
  throw inputError(
    `rlsf tasks build: expected ${inFolder} or a .jsonl of judged rollouts, but there is none. Make it: rlsf tasks candidates --output ${given}`,
  );
}

function rankOption(input: CommandInput, known: readonly RankBy[]): RankBy {
  const given = textOption(input, 'rankBy') ?? 'outcome';
  const found = known.find((name) => name === given);
  if (found) return found;
  throw usageError(`--rank-by: expected ${known.join(', ')}, got '${given}'.`);
}

/** The problems that the candidates are of, by the task that they name. */
async function problemsOf(
  rollouts: readonly Rollout[],
  input: CommandInput,
  context: CommandContext,
): Promise<Problem[]> {
  const { problemsOfRollouts } = await import('../../rollouts/index.js');
  const task = await openTaskOption(input, context, textOption(input, 'task') ?? rollouts[0].task);
  return problemsOfRollouts(task, rollouts);
}

/** Of each problem without a pair, its first clean sample made to fail. */
async function corrupted(
  rollouts: readonly Rollout[],
  pairs: BuiltSet<{ problem_id: string }>,
  problems: readonly Problem[],
  options: { n: number; seed: number },
  input: CommandInput,
  context: CommandContext,
): Promise<CorruptedSample[]> {
  const { signal } = context;
  const { corruptAndVerify } = await import('../../datasets/index.js');
  const having = new Set(pairs.rows.map((row) => row.problem_id));
  const first = new Map<string, Rollout>();
  for (const rollout of rollouts) {
    const { problemId, verdict } = rollout;
    if (verdict?.outcome !== 'clean' || having.has(problemId) || first.has(problemId)) continue;
    first.set(problemId, rollout);
  }
  const wanted = problems.filter(({ id, language }) => first.has(id) && language === 'cpp');
  if (wanted.length === 0) return [];
  const judge = await openCommandJudge(input, context, { languages: ['cpp'] });
  try {
    const made: CorruptedSample[] = [];
    for (const problem of wanted) {
      const { completion } = first.get(problem.id)!;
      const result = await corruptAndVerify(judge, problem, completion, { ...options, signal });
      made.push(...result.verified);
    }
    return made;
  } finally {
    await judge.close();
  }
}

function lines(folder: string, { files }: Manifest): StyledLine[] {
  const entries = Object.values(files);
  return [
    line(span(folder, 'title')),
    ...entries.map(({ file, rows, problems, dropped }) =>
      line(
        padStart(String(rows), 7),
        `  ${file}`,
        span(`  ${problems.withRows} of ${problems.total} problems${reasons(dropped)}`, 'dim'),
      ),
    ),
    ...entries.flatMap(({ file, notes }) =>
      notes.map((note) => line(span(`${file}: ${note}`, 'dim'))),
    ),
    line(span('  counts, hashes and settings: manifest.json', 'dim')),
  ];
}

function reasons(dropped: Record<string, number>): string {
  const all = Object.entries(dropped).map(([reason, count]) => `${count} ${reason}`);
  return all.length > 0 ? `; left out: ${all.join(', ')}` : '';
}
