import type { BenchCheck, BenchStatus, RewardBenchReport } from '../../evaluation/index.js';
import { countOf } from './numbers.js';
import { line, padEnd, span } from '../styled.js';
import type { StyledLine, Tone } from '../styled.js';
import { breakText } from './fit.js';

/** Columns before what a check found. */
const indent = 24;

const tones: Record<BenchStatus, Tone> = { pass: 'good', fail: 'bad', warn: 'warn', skip: 'dim' };
const words: Record<BenchStatus, string> = {
  pass: 'pass',
  fail: 'FAIL',
  warn: 'warn',
  skip: 'skipped',
};

/** A row for each check, and below those that did not pass what they found. */
export function rewardBenchView(report: RewardBenchReport, width: number): StyledLine[] {
  const rewards = report.rewards.map(({ name, weight }) =>
    weight === 1 ? name : `${weight} × ${name}`,
  );
  const failed = report.checks.filter(({ status }) => status === 'fail').map(({ name }) => name);
  return [
    line(span(rewards.join(' + '), 'title')),
    line(
      span(
        `${report.task}, ${countOf(report.problems.length, 'problem')}, ${countOf(report.specimens.length, 'specimen')}, seed ${report.seed}`,
        'dim',
      ),
    ),
    ...report.checks.flatMap((check) => checkRows(check, width)),
    line(''),
    failed.length === 0
      ? line(span('Nothing fails.', 'good'))
      : line(span(`Fails: ${failed.join(', ')}.`, 'bad')),
  ];
}

function checkRows({ name, status, summary, details }: BenchCheck, width: number): StyledLine[] {
  const room = Math.max(20, width - indent);
  const [first, ...rest] = breakText(summary, room);
  const isOpen = status === 'fail' || status === 'warn';
  return [
    line(span(`  ${padEnd(words[status], 8)}`, tones[status]), padEnd(name, 14), first.trimEnd()),
    ...rest.map((text) => below(text, 'plain')),
    ...(isOpen ? details : [])
      .slice(0, 8)
      .flatMap((detail) =>
        breakText(detail, room - 2).map((text, i) =>
          below(`${i === 0 ? '· ' : '  '}${text}`, 'dim'),
        ),
      ),
  ];
}

function below(text: string, tone: Tone): StyledLine {
  return line(' '.repeat(indent), span(text.trimEnd(), tone));
}
