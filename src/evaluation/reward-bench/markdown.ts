import { nameOf } from './specimens/specimen.js';
import type { BenchCheck, BenchStatus, RewardBenchReport } from './report.js';

/** How a status is written for people. */
export const statusWords: Record<BenchStatus, string> = {
  pass: 'pass',
  fail: 'FAIL',
  warn: 'warn',
  skip: 'skipped',
};

/** The report as a page: a table of the checks, what they found, examples and every specimen. */
export function benchMarkdown(report: RewardBenchReport): string {
  const rewards = report.rewards.map(({ name, weight }) =>
    weight === 1 ? name : `${weight} × ${name}`,
  );
  return [
    `# Reward bench: ${rewards.join(' + ')}`,
    `${report.task}, ${report.problems.length} problems, ${report.specimens.length} specimens, seed ${report.seed}; judged with ${report.toolchain}, ${report.isolation}. ${report.passed ? 'Nothing fails.' : 'It fails.'}`,
    table(
      ['Check', 'Result', 'Found'],
      report.checks.map(({ name, status, summary }) => [name, statusWords[status], summary]),
    ),
    ...report.checks
      .filter(({ status }) => status === 'fail' || status === 'warn')
      .map((check) => section(check, report.language)),
    '## Specimens',
    table(
      ['Problem', 'Specimen', 'Outcome', 'Score', 'Tokens'],
      report.specimens.map((row) => [
        row.problemId,
        nameOf(row),
        row.outcome,
        row.score === null ? 'none' : String(row.score),
        String(row.tokens),
      ]),
    ),
    '',
  ].join('\n\n');
}

/** A table of Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

function section({ name, summary, details, examples }: BenchCheck, language: string): string {
  return [
    `## ${name}`,
    `${summary}.`,
    details.map((detail) => `- ${detail}`).join('\n'),
    ...examples.map(
      ({ problemId, specimen, outcome, score, against, completion }) =>
        `${specimen} in ${problemId}: ${outcome}, score ${score ?? 'none'} against ${against ?? 'none'}\n\n${fence(completion, language)}`,
    ),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** Longer than any fence inside. */
function fence(text: string, language: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const mark = '`'.repeat(longest + 1);
  return `${mark}${language}\n${text}${text.endsWith('\n') ? '' : '\n'}${mark}`;
}
