import { existsSync } from 'node:fs';
import path from 'node:path';
import { inputError, usageError } from '../../errors.js';
import type { Evaluation, EvaluationExample } from '../../evaluation/index.js';
import { evaluationLines } from '../views/evaluation-lines.js';
import { line, span } from '../styled.js';
import type { Command, CommandContext, CommandInput, CommandResult } from './command.js';
import { dashed, flagOption, textOption } from './command.js';
import { completionsOptions, evaluateCompletionsFile } from './evaluate-completions.js';
import { generationOf, generationOptions, told } from './generation-options.js';
import { judgePlaceOptions, openCommandJudge } from './judge-place.js';
import { chainOptions, openChain } from './policy-chain.js';

export const evaluateCommand: Command = {
  name: 'evaluate',
  summary:
    'rates of a policy, or of a file of completions, on problems it was not trained on, with 95 % intervals',
  arguments: [
    {
      name: 'completions',
      summary:
        'completions made apart: of rlsf generate, HumanEval, MBPP, EvalPlus, MultiPL-E, bigcode-evaluation-harness',
      required: false,
    },
  ],
  options: [
    ...chainOptions,
    ...generationOptions,
    { flags: '--k <list>', summary: 'pass@k for these: 1,5,10 (default: 1, 2, 4, … and n)' },
    ...completionsOptions,
    ...judgePlaceOptions,
    {
      flags: '--output <folder>',
      summary:
        'write evaluation.json, evaluation.jsonl and examples.jsonl (default of completions: runs/evaluations/<name>)',
    },
    { flags: '--force', summary: 'replace an evaluation that is there' },
  ],
  examples: [
    'rlsf evaluate --problems 50',
    'rlsf evaluate --adapter runs/tour/adapter -n 10 --k 1,5,10 --output runs/evaluations/tour',
    'rlsf evaluate --policy models/qwen --adapter runs/kto/adapter --adapter runs/sft/adapter',
    'rlsf evaluate samples.jsonl --task humaneval --path data/HumanEval.jsonl.gz',
  ],
  run: (input, context) =>
    input.arguments['completions'] === undefined
      ? evaluateChain(input, context)
      : evaluateFile(input.arguments['completions'], input, context),
};

async function evaluateChain(input: CommandInput, context: CommandContext): Promise<CommandResult> {
  refuse(input, ['missing'], 'belongs to completions made apart: name their file');
  const output = textOption(input, 'output');
  const k = ksOf(input);
  checkOutput(output, input);
  const { selectBackend } = await import('../../tensor/index.js');
  const { languagesOf } = await import('../../sandbox/index.js');
  const { evaluatePolicy } = await import('../../evaluation/index.js');
  const generation = await generationOf('rlsf evaluate', input, context);
  const { problems, numSamples, promptFormat, promptTemplate } = generation;
  checkKs(k, numSamples);
  await selectBackend('auto');
  const { policy, base, adapters } = await openChain(input, context);
  const languages = languagesOf(problems);
  const judge = await openCommandJudge(input, context, { languages }).catch((error: unknown) => {
    policy.dispose();
    throw error;
  });
  const examples: EvaluationExample[] = [];
  try {
    const evaluation = await evaluatePolicy({
      ...generation,
      ...{ policy, judge, k },
      about: { promptFormat, promptTemplate, policy: base, adapters },
      onExample: (example) => examples.push(example),
      signal: context.signal,
      onProgress: told(context),
    });
    return await resultOf(evaluation, examples, output, []);
  } finally {
    await judge.close();
    policy.dispose();
  }
}

async function evaluateFile(
  source: string,
  input: CommandInput,
  context: CommandContext,
): Promise<CommandResult> {
  const sampled = [
    ...['policy', 'adapter', 'n', 'samples', 'temperature', 'topK', 'topP', 'minP'],
    ...['repetitionPenalty', 'maxNewTokens', 'seed', 'batchSize', 'promptPath'],
  ];
  refuse(input, sampled, 'is of sampling, but the completions are there already');
  const stem = path.basename(source).replace(/\.(jsonl?|json\.gz|jsonl\.gz)$/, '');
  const output = textOption(input, 'output') ?? path.join('runs', 'evaluations', stem);
  checkOutput(output, input);
  const { evaluation, examples, notes } = await evaluateCompletionsFile(
    source,
    input,
    context,
    ksOf(input),
  );
  return resultOf(evaluation, examples, output, notes);
}

async function resultOf(
  evaluation: Evaluation,
  examples: readonly EvaluationExample[],
  output: string | undefined,
  notes: readonly string[],
): Promise<CommandResult> {
  const { evaluationMetrics, examplesFile, rowsFile, writeEvaluations } =
    await import('../../evaluation/index.js');
  const files: string[] = [];
  if (output !== undefined) {
    const file = path.join(output, 'evaluation.json');
    writeEvaluations(file, { [evaluation.split]: evaluation }, examples);
    files.push(file, rowsFile(file), examplesFile(file));
  }
  return {
    value: { ...evaluation, metrics: evaluationMetrics(evaluation), notes, files },
    lines: [
      ...evaluationLines(evaluation),
      ...notes.map((note) => line(span(`  ${note}`, 'warn'))),
      ...files.map((file) => line(span(`  written: ${file}`, 'dim'))),
    ],
  };
}

function checkOutput(output: string | undefined, input: CommandInput): void {
  if (output === undefined || flagOption(input, 'force')) return;
  const file = path.join(output, 'evaluation.json');
  if (existsSync(file))
    throw inputError(
      `rlsf evaluate: ${file}: there is an evaluation already. Name another folder with --output, or replace it with --force.`,
    );
}

function ksOf(input: CommandInput): number[] | undefined {
  const given = textOption(input, 'k');
  if (given === undefined) return undefined;
  const ks = given.split(',').map((each) => Number(each.trim()));
  if (ks.every((k) => Number.isInteger(k) && k >= 1)) return ks;
  throw usageError(`--k: whole numbers from 1 are expected, as in 1,5,10, got '${given}'.`);
}

function checkKs(ks: readonly number[] | undefined, numSamples: number): void {
  const most = Math.max(...(ks ?? [1]));
  if (most > numSamples)
    throw usageError(
      `--k: pass@${most} needs at least ${most} completions of each problem, there are ${numSamples}. Give -n ${most}.`,
    );
}

function refuse(input: CommandInput, names: readonly string[], why: string): void {
  const given = names.find((name) => input.options[name] !== undefined);
  if (given !== undefined) throw usageError(`rlsf evaluate: --${dashed(given)} ${why}.`);
}
