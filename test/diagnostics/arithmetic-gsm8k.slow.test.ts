import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { checkAnswer } from '../../src/diagnostics/arithmetic.js';
import type { WorkedStep } from '../../src/diagnostics/arithmetic.js';
import { testData } from '../data.js';

const folder = testData('gsm8k');
if (folder === null)
  console.warn('arithmetic-gsm8k: skipped, no folder gsm8k in the test data; set RLSF_TEST_DATA');

/**
 * Every step in the 7,473 gold training answers that is called false: row (from 0) and statement.
 * Each was read in its context and is false as written: slips of the annotators.
 */
const knownWrong: [number, string][] = [
  [167, '192*100=$1920'],
  [168, '6*2.5 = $<<6*3=18.00>>18.00'],
  [198, '6/3=.5'],
  [224, '4080 + 4080 / 2 = 4000 + 2040'],
  [224, '4000 + 2040 = <<4080+4080/2=6120>>6120'],
  [502, '3/1=1'],
  [716, '100 * 0.75 = $0.75'],
  [1817, '1550 cubic inches / 50 cubic inches/pump = 29'],
  [3002, '8*3 = <<80*3=240>>240'],
  [3334, '$4200+$3000 = $8600'],
  [3409, '10 x .5 = 10'],
  [3859, '5 * 3 = $15,000'], // thousands
  [4691, '2*8 = 24'],
  [4973, '200*.55=100'],
  [5195, '5 x 1/2 = 10'],
  [5350, '13 marbles + 4 marbles + 16 marbles = 45'],
  [5781, '7+9+1+2 = $19.50'], // the prices are $1.50 and so on
  [6157, '70 + 40 = 100'],
  [6256, '10 x 1,248 = 11,480'],
  [6700, '2 / 12 = .125'],
  [6713, '3 x (8/16) = 6'],
  [6760, '4+4+6 = 18'],
  [6812, '50-8 = <<52-8=44>>44'],
  [6842, '500/ 2/5 = 200'],
  [7178, '1152/ 1,536 = .5'],
  [7444, '14*20=140'],
];

/** The recorded answers end in `A: <number>`. */
function withMarker(solution: string): string {
  return solution.replace(/\nA: (?=[^\n]*$)/, '\n#### ');
}

function rows<Row>(name: string): Row[] {
  const bytes = readFileSync(path.join(folder ?? '', name));
  const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
}

function tally(steps: readonly WorkedStep[]): Record<WorkedStep['verdict'], number> {
  const counts = { true: 0, false: 0, undefined: 0, unjudged: 0 };
  for (const { verdict } of steps) counts[verdict]++;
  return counts;
}

describe.skipIf(folder === null)('worked steps of GSM8K', () => {
  it('of the gold training answers are false in 26 places, all known', () => {
    const checks = rows<{ answer: string }>('train.jsonl.gz').map(({ answer }) =>
      checkAnswer(answer, answer),
    );
    const wrong = checks.flatMap(({ steps }, row) =>
      steps
        .filter(({ verdict }) => verdict === 'false' || verdict === 'undefined')
        .map(({ statement }): [number, string] => [row, statement]),
    );
    expect(wrong).toEqual(knownWrong);
    const counts = tally(checks.flatMap(({ steps }) => steps));
    expect(counts).toEqual({ true: 24_968, false: 26, undefined: 0, unjudged: 22 });
    expect(checks.filter(({ correct, formatOk }) => correct && formatOk)).toHaveLength(7473);
    const spoilt = new Set(knownWrong.map(([row]) => row)).size;
    expect(checks.filter(({ outcome }) => outcome === 'clean')).toHaveLength(7473 - spoilt);
  });

  it('of the gold test answers are never false', () => {
    const checks = rows<{ answer: string }>('test_dev.jsonl').map(({ answer }) =>
      checkAnswer(answer, answer),
    );
    expect(checks.filter(({ outcome }) => outcome !== 'clean')).toEqual([]);
    expect(tally(checks.flatMap(({ steps }) => steps))).toMatchObject({ true: 2289, unjudged: 0 });
  });

  it('are called false when their result is changed', () => {
    let changed = 0;
    let found = 0;
    for (const { answer } of rows<{ answer: string }>('train.jsonl.gz').slice(0, 1500))
      for (const line of answer.split('\n'))
        for (const { verdict, statement } of checkAnswer(line, null).steps) {
          const last = /\d$/.exec(statement)?.[0];
          if (verdict !== 'true' || last === undefined) continue;
          const other = statement.slice(0, -1) + String((Number(last) + 3) % 10);
          const { steps } = checkAnswer(line.replace(statement, other), null);
          changed++;
          if (steps.some((step) => step.verdict === 'false')) found++;
        }
    expect(found / changed).toBeGreaterThan(0.98);
  });

  it('and answers of real models agree with the recorded verdicts', () => {
    type Solution = { is_correct: boolean; solution: string };
    type Row = { ground_truth: string } & Record<string, Solution>;
    const answers = rows<Row>('model_solutions_dev.jsonl.gz').flatMap(
      ({ ground_truth, ...row }) => {
        const gold = /A: (.*)$/.exec(ground_truth)?.[1] ?? '';
        return Object.values(row)
          .filter((one) => typeof one === 'object')
          .map(({ is_correct, solution }) => ({
            isCorrect: is_correct,
            check: checkAnswer(withMarker(solution), gold),
            bare: checkAnswer(solution, gold),
          }));
      },
    );
    expect(answers).toHaveLength(2676);
    expect(answers.filter(({ isCorrect, check }) => check.correct !== isCorrect)).toEqual([]);
    expect(answers.filter(({ isCorrect, bare }) => bare.lenientCorrect !== isCorrect)).toEqual([]);
    const countOf = (wanted: string): number =>
      answers.filter(({ check }) => check.outcome === wanted).length;
    // The eight right answers with a false step were read: false as written, four of them the
    // calculator's 14.999999999999998 cut to 14.99. The 9 without an answer were recorded as wrong.
    expect(['clean', 'warning', 'wrong_answer', 'no_answer'].map(countOf)).toEqual([
      1011, 8, 1648, 9,
    ]);
    const counts = tally(answers.flatMap(({ check }) => check.steps));
    expect(counts).toEqual({ true: 8433, false: 139, undefined: 0, unjudged: 14 });
  });
});
