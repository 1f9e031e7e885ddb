/** report.md of a discriminator: how well it tells, by what, and where it is wrong. Pure. */
import type { Interval } from '../../evaluation/index.js';
import type { CalibrationErrors } from '../../rewards/index.js';
import type { ScoredText } from './measures.js';
import type { DiscriminatorReport } from './train-discriminator.js';
import type { WeightyNGram } from './weighty.js';

export function discriminatorReportText(report: DiscriminatorReport): string {
  const { measures, counts, settings, nGrams, training, dropped, warnings } = report;
  const { auc, lengthAuc, before, after } = measures;
  return [
    `# Discriminator of the task ${report.task}`,
    '',
    verdict(report),
    '',
    ...warnings.map((warning) => `- **Mind:** ${warning}`),
    ...(warnings.length > 0 ? [''] : []),
    '| On the test part | |',
    '| --- | --- |',
    `| AUC | ${interval(auc)} |`,
    `| AUC with completions that have the form of their reference | ${measures.aucWithDuplicates.toFixed(3)} |`,
    `| AUC of the number of tokens alone | ${interval(lengthAuc)} |`,
    `| expected calibration error, before → after Platt scaling | ${before.ece.toFixed(3)} → ${after.ece.toFixed(3)} |`,
    `| Brier score, before → after | ${before.brier.toFixed(3)} → ${after.brier.toFixed(3)} |`,
    '',
    `Intervals: 95 % percentile bootstrap over ${settings.splitBy === 'problem' ? 'problems' : `values of \`${settings.splitBy}\``}, ${settings.resamples} resamples. Probabilities, calibration error and Brier score are for a mixture in which references and completions weigh the same; 0.25 is the Brier score of always saying 0.5.`,
    '',
    '## Data',
    '',
    `| | ${settings.splitBy === 'problem' ? 'problems' : `\`${settings.splitBy}\``} | references | completions | of the form of their reference |`,
    '| --- | --- | --- | --- | --- |',
    ...Object.entries(counts).map(
      ([name, { units, references, completions, duplicates }]) =>
        `| ${name} | ${units} | ${references} | ${completions} | ${duplicates} ${settings.duplicates === 'drop' ? 'dropped' : 'kept'} |`,
    ),
    '',
    `Left out: ${dropped.overMaxPerProblem} completions over ${settings.maxPerProblem} per problem, ${dropped.problemsWithoutReference} problems without a reference. ${report.sharedForms} test references have the form of a training reference.`,
    '',
    '## By outcome',
    '',
    'The AUC here is that of the references against completions of this outcome alone.',
    '',
    '| outcome | completions | mean probability | AUC |',
    '| --- | --- | --- | --- |',
    `| (references) | | ${measures.references.toFixed(3)} | |`,
    ...measures.outcomes.map(
      (row) =>
        `| \`${row.outcome}\` | ${row.completions} | ${row.probability.toFixed(3)} | ${row.auc.toFixed(3)} |`,
    ),
    '',
    '## Reliability, after Platt scaling',
    '',
    ...reliability(after),
    '',
    '## What it goes by',
    '',
    `Weights of n-grams, and the share of the training references and completions that have them${settings.identifiers === 'normalise' ? '; `v0`, `v1` are names that the program chose, `N` a number, `"…"` a text' : ''}.`,
    '',
    ...weights('Like a reference', nGrams.reference),
    '',
    ...weights('Like the policy', nGrams.policy),
    '',
    '## Most confidently wrong',
    '',
    ...wrong('References taken for the policy’s', measures.wrong.references),
    ...wrong('Completions taken for references', measures.wrong.completions),
    '## How it was made',
    '',
    '| | |',
    '| --- | --- |',
    ...Object.entries(settings).map(([name, value]) => `| ${name} | ${String(value)} |`),
    `| training | loss ${training.loss.toFixed(6)} after ${training.steps} steps of L-BFGS${training.converged ? '' : ', not converged'}; ${training.nonZeroWeights} weights |`,
    `| policies | ${report.policies.join(', ')} |`,
    ...Object.entries(report.dataHashes).map(([name, hash]) => `| ${name} | SHA-256 ${hash} |`),
    '',
  ].join('\n');
}

/** `0.674 [0.631, 0.716]` */
export function interval({ value, low, high }: Interval): string {
  return `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

function verdict({ measures: { auc } }: DiscriminatorReport): string {
  if (auc.low <= 0.5)
    return `Nothing shows that it tells references from the policy's completions: AUC ${interval(auc)}.`;
  return `Of a reference and a completion, both of problems it has not seen, it takes the right one for the reference ${(auc.value * 100).toFixed(1)} times in 100: AUC ${interval(auc)}. That is how alike they look to it, not which one is right.`;
}

function reliability({ bins }: CalibrationErrors): string[] {
  return [
    '| probability | texts | share of the weight | mean probability | references among them |',
    '| --- | --- | --- | --- | --- |',
    ...bins
      .filter(({ texts }) => texts > 0)
      .map(
        (bin) =>
          `| ${bin.from.toFixed(1)}–${bin.to.toFixed(1)} | ${bin.texts} | ${bin.weight.toFixed(3)} | ${bin.probability?.toFixed(3) ?? ''} | ${bin.references?.toFixed(3) ?? ''} |`,
      ),
  ];
}

function weights(title: string, nGrams: readonly WeightyNGram[]): string[] {
  return [
    `| ${title} | weight | references | completions |`,
    '| --- | --- | --- | --- |',
    ...nGrams.map(
      ({ text, weight, references, completions }) =>
        `| ${code(text)} | ${weight.toFixed(2)} | ${percent(references)} | ${percent(completions)} |`,
    ),
  ];
}

function wrong(title: string, texts: readonly ScoredText[]): string[] {
  return [
    `### ${title}`,
    '',
    ...texts.flatMap(({ id, outcome, probability, text }) => [
      `${code(id)}, probability ${probability.toFixed(3)}${outcome === null ? '' : `, \`${outcome}\``}:`,
      '',
      ...indented(text),
      '',
    ]),
  ];
}

/** A text as an indented block, which nothing in it can end; its first lines where it is long. */
function indented(text: string): string[] {
  const lines = text.replaceAll('\r', '').trimEnd().split('\n');
  const shown = lines.slice(0, 20).map((line) => `    ${line.slice(0, 160)}`);
  return lines.length > 20 ? [...shown, `    … ${lines.length - 20} lines more`] : shown;
}

/** In a table cell, with as many backticks as it takes. */
function code(text: string): string {
  const run = (text.match(/`+/g) ?? []).reduce((most, ticks) => Math.max(most, ticks.length), 0);
  const fence = '`'.repeat(run + 1);
  const pad = run > 0 ? ' ' : '';
  return `${fence}${pad}${text.replaceAll('|', '\\|').replaceAll('\n', '⏎')}${pad}${fence}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
