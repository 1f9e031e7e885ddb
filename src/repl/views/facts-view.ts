import { visibleText } from '../../plots/visible.js';
import type { TestResult } from '../../records.js';
import type { Inspection } from '../../rollouts/index.js';
import type { StyledLine, StyledSpan } from '../styled.js';
import { line, padEnd, span, wrapText } from '../styled.js';
import { signed } from './numbers.js';
import { outcomeSign, outcomeTone } from './outcome.js';

const maxTests = 8;

type HeadFacts = Pick<
  Inspection,
  | 'title'
  | 'sample'
  | 'outcome'
  | 'testsPassed'
  | 'testsTotal'
  | 'reward'
  | 'isUnscorable'
  | 'advantage'
>;

/** `sample 3  × runtime_error  tests 2/5  reward 0.20  advantage −0.71`. */
export function headLine(facts: HeadFacts): StyledLine {
  const { sample, outcome, testsPassed, testsTotal, reward, advantage } = facts;
  const title = sample === null ? visibleText(facts.title) : `sample ${sample + 1}`;
  const parts: StyledSpan[] = [span(title, 'title')];
  if (outcome === null) parts.push(span('  not judged', 'dim'));
  else parts.push(span(`  ${outcomeSign(outcome)} ${outcome}`, outcomeTone(outcome)));
  if (testsTotal > 0) parts.push(span(`  tests ${testsPassed}/${testsTotal}`));
  if (facts.isUnscorable) parts.push(span('  unscorable', 'warn'));
  else if (reward !== null) parts.push(span(`  reward ${reward.toFixed(2)}`));
  if (advantage) parts.push(span(`  advantage ${signed(advantage.sequence)}`));
  return parts;
}

/** What the headline leaves out, one fact a line. */
export function factLines(inspection: Inspection, width: number): StyledLine[] {
  const { answer, rewards, tokens, finishReason, toolchain, isolation } = inspection;
  const facts: [string, string][] = [];
  if (answer)
    facts.push([
      'answer',
      `${shown(answer.prediction)}, expected ${shown(answer.groundTruth)}${answer.formatOk ? '' : ', not in the form asked for'}`,
    ]);
  if (rewards.length > 0)
    facts.push([
      'rewards',
      rewards
        .map(({ name, score, weight }) => {
          const times = weight === 1 ? '' : ` × ${weight}`;
          return `${name} ${score === null ? 'unscorable' : score.toFixed(2)}${times}`;
        })
        .join(' · '),
    ]);
  if (tokens.length > 0)
    facts.push([
      'tokens',
      `${tokens.length}${finishReason === null ? '' : `, ended by ${finishReason}`}`,
    ]);
  if (toolchain !== null)
    facts.push([
      'judged by',
      [
        toolchain,
        `isolation: ${isolation}`,
        ...(inspection.fromCache ? ['from the cache'] : []),
        ...(inspection.retried ? ['retried alone'] : []),
      ].join(' · '),
    ]);
  return facts.flatMap(([name, text]) => factRows(name, text, width));
}

/** The cases that failed, with what was expected and what came. */
export function testLines(inspection: Inspection, width: number): StyledLine[] {
  const failed = inspection.tests.flatMap((test, at) => (test.passed ? [] : [{ test, at }]));
  const rows = failed
    .slice(0, maxTests)
    .flatMap(({ test, at }) =>
      wrapText(`× ${at + 1}: ${testText(test)}`, width - 11).map((row, index) =>
        line(span(index === 0 ? row : `  ${row}`, 'bad')),
      ),
    );
  if (failed.length > maxTests)
    rows.push(line(span(`… ${failed.length - maxTests} more failed`, 'dim')));
  return rows.map((row, at) => line(span(padEnd(at === 0 ? 'tests' : '', 11), 'dim'), ...row));
}

function testText({ expected, actual }: TestResult): string {
  // Nothing was compared: what came says what failed, an assertion or the end of the program.
  if (expected === null)
    return actual === null ? 'did not run to its end' : `failed: ${visibleText(actual)}`;
  return `expected ${shown(expected)}, ${actual === null ? 'got nothing' : `got ${shown(actual)}`}`;
}

function shown(text: string | null): string {
  return text === null ? 'none' : visibleText(JSON.stringify(text));
}

function factRows(name: string, text: string, width: number): StyledLine[] {
  return wrapText(visibleText(text), width - 11).map((row, index) =>
    line(span(padEnd(index === 0 ? name : '', 11), 'dim'), row),
  );
}
