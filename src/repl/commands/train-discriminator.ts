import { existsSync } from 'node:fs';
import path from 'node:path';
import { inputError, usageError } from '../../errors.js';
import type { DiscriminatorReport } from '../../experiments/index.js';
import { line, padStart, span } from '../styled.js';
import type { StyledLine } from '../styled.js';
import type { Command, CommandInput } from './command.js';
import { flagOption, numberOption, textOption, wholeOption } from './command.js';
import { openTaskOption, taskOptions } from './tasks-options.js';

export const trainDiscriminatorCommand: Command = {
  name: 'train discriminator',
  summary: 'train a classifier that tells reference code from the policy’s, for a reward',
  options: [
    {
      flags: '--candidates <path>',
      summary: 'the folder of `rlsf tasks candidates`, or of a run (its rollouts.jsonl)',
    },
    { flags: '--output <folder>', summary: 'for discriminator.json, report.md and report.json' },
    { flags: '--force', summary: 'replace the discriminator that is there' },
    { flags: '--task <name>', summary: 'of the completions (default: as they say)' },
    ...taskOptions,
    {
      flags: '--from-step <step>',
      summary: 'of a run’s rollouts, only these and later (default: 0)',
    },
    { flags: '--seed <seed>', summary: 'of the split and the bootstrap (default: 0)' },
    {
      flags: '--split-by <what>',
      summary: 'what is never on two sides: problem (default), or a column such as family',
    },
    { flags: '--max-per-problem <n>', summary: 'completions taken of a problem (default: 16)' },
    {
      flags: '--duplicates <what>',
      summary: 'completions with the form of their reference: drop (default) or keep',
    },
    { flags: '--n-gram <n>', summary: 'n-grams of 1 to n tokens (default: 4)' },
    { flags: '--hash-bits <bits>', summary: 'they fall into 2^bits buckets (default: 18)' },
    {
      flags: '--identifiers <what>',
      summary: 'names and literals: normalise (default), or keep as written',
    },
    { flags: '--values <what>', summary: 'an n-gram is there or not: binary (default), or count' },
    { flags: '--l2 <lambda>', summary: 'penalty of the weights (default: 1e-4)' },
    { flags: '--max-steps <n>', summary: 'steps of the optimiser (default: 500)' },
  ],
  examples: [
    'rlsf train discriminator --candidates runs/candidates --task cpp --output runs/discriminator',
    'rlsf train discriminator --candidates runs/tour --from-step 6 --output runs/discriminator-2',
  ],
  async run(input, context) {
    const file = completionsFile(input);
    const folder = textOption(input, 'output');
    if (folder === undefined)
      throw usageError(
        'rlsf train discriminator: --output: expected the folder for discriminator.json and its report, got none.',
      );
    const force = flagOption(input, 'force');
    const options = {
      seed: wholeOption(input, 'seed', 0),
      splitBy: textOption(input, 'splitBy'),
      maxPerProblem: wholeOption(input, 'maxPerProblem', 16, 1),
      duplicates: oneOf(input, 'duplicates', ['drop', 'keep']),
      nGram: givenWhole(input, 'nGram'),
      hashBits: givenWhole(input, 'hashBits'),
      identifiers: oneOf(input, 'identifiers', ['normalise', 'keep']),
      values: oneOf(input, 'values', ['binary', 'count']),
      l2: textOption(input, 'l2') === undefined ? undefined : numberOption(input, 'l2', 0),
      maxSteps: givenWhole(input, 'maxSteps'),
    };
    const fromStep = wholeOption(input, 'fromStep', 0);
    const discriminator = await import('../../experiments/index.js');
    discriminator.checkDiscriminatorFolder(folder, force);
    const texts = discriminator.readPolicyTexts(file, fromStep);
    const task = await openTaskOption(input, context, textOption(input, 'task') ?? texts[0].task);
    const problems = discriminator.problemsOfTexts(texts, task);
    if (!context.json)
      context.note(`${texts.length} completions of ${problems.length} problems; training`);
    const { signal } = context;
    const trained = discriminator.trainDiscriminator({ ...options, texts, problems, signal });
    const written = await discriminator.writeDiscriminator(folder, trained, { force });
    const { report } = trained;
    const { task: name, counts, measures, warnings } = report;
    const { auc, lengthAuc, before, after } = measures;
    return {
      value: {
        file: written,
        report: path.join(folder, 'report.md'),
        task: name,
        counts,
        auc,
        lengthAuc,
        ece: { before: before.ece, after: after.ece },
        brier: { before: before.brier, after: after.brier },
        warnings,
      },
      lines: lines(written, folder, report),
    };
  },
};

function completionsFile(input: CommandInput): string {
  const given = textOption(input, 'candidates');
  if (given === undefined)
    throw usageError(
      'rlsf train discriminator: --candidates: expected the folder of `rlsf tasks candidates` or a rollouts.jsonl, got none.',
    );
  if (existsSync(given) && given.endsWith('.jsonl')) return given;
  const names = ['candidates_annotated.jsonl', 'candidates.jsonl', 'rollouts.jsonl'];
  const found = names.map((name) => path.join(given, name)).find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw inputError(
    `rlsf train discriminator: expected ${given} to be a folder with ${names.join(', ')}, or a .jsonl of rollouts, but it is not. Make it: rlsf tasks candidates --output ${given}`,
  );
}

function givenWhole(input: CommandInput, name: string): number | undefined {
  return textOption(input, name) === undefined ? undefined : wholeOption(input, name, 1, 1);
}

function oneOf<T extends string>(
  input: CommandInput,
  name: string,
  known: readonly T[],
): T | undefined {
  const given = textOption(input, name);
  const found = known.find((one) => one === given);
  if (given === undefined || found !== undefined) return found;
  throw usageError(`--${name}: expected ${known.join(' or ')}, got '${given}'.`);
}

function lines(file: string, folder: string, report: DiscriminatorReport): StyledLine[] {
  const { auc, lengthAuc, before, after } = report.measures;
  const { train, calibration, test } = report.counts;
  const row = (value: string, text: string): StyledLine => line(padStart(value, 6), `  ${text}`);
  return [
    line(span(file, 'title')),
    row(
      auc.value.toFixed(3),
      `AUC on held-out ${report.settings.splitBy === 'problem' ? 'problems' : `values of ${report.settings.splitBy}`}, 95 % interval ${auc.low.toFixed(3)} to ${auc.high.toFixed(3)}`,
    ),
    row(lengthAuc.value.toFixed(3), 'AUC of length alone'),
    row(after.ece.toFixed(3), `calibration error (${before.ece.toFixed(3)} before Platt scaling)`),
    row(after.brier.toFixed(3), `Brier score (${before.brier.toFixed(3)} before)`),
    line(
      span(
        `  trained on ${train.references} references and ${train.completions} completions, calibrated on ${calibration.references} and ${calibration.completions}, measured on ${test.references} and ${test.completions}`,
        'dim',
      ),
    ),
    ...report.warnings.map((warning) => line(span(warning, 'warn'))),
    line(
      span(`  what it goes by, and where it is wrong: ${path.join(folder, 'report.md')}`, 'dim'),
    ),
  ];
}
