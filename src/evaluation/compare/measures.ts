/** The rates that comparisons and studies tell of: those of programs and those of answers. */
import { rateNames, rowRate } from '../rates.js';
import type { EvaluationRow, RateName } from '../records.js';

export type MeasureName = RateName | keyof typeof answerColumns;

const answerColumns = {
  strict_accuracy: 'strict',
  lenient_accuracy: 'lenient',
  format_rate: 'formatOk',
} as const;

const rateColumns = {
  compile_rate: 'compiled',
  sanitizer_clean_rate: 'sanitizerClean',
  test_pass_rate: 'testsPassed',
  fully_clean_rate: 'clean',
} as const;

export const measureTitles: Record<MeasureName, string> = {
  fully_clean_rate: 'fully clean',
  compile_rate: 'compiles',
  sanitizer_clean_rate: 'no sanitizer finding',
  test_pass_rate: 'passes all tests',
  strict_accuracy: 'right, strict',
  lenient_accuracy: 'right, lenient',
  format_rate: 'in the demanded form',
};

/** Of answers, those of answers; of programs, those of programs. What it is all about comes first. */
export function measuresOf(hasAnswers: boolean): MeasureName[] {
  if (hasAnswers) return ['strict_accuracy', 'lenient_accuracy', 'format_rate', 'fully_clean_rate'];
  return ['fully_clean_rate', ...rateNames.filter((name) => name !== 'fully_clean_rate')];
}

/** Mean over the scorable samples of one problem; `null` where there is none. */
export function rowMeasure(row: EvaluationRow, name: MeasureName): number | null {
  if (!(name in answerColumns)) return rowRate(row, name as RateName);
  const known = knownFacts(row, name);
  return known.length === 0 ? null : known.filter(Boolean).length / known.length;
}

/** What is known of each sample of a problem; those the judge could not score are left out. */
export function knownFacts(row: EvaluationRow, name: MeasureName): boolean[] {
  return sampleFacts(row, name).filter((fact) => fact !== null);
}

/** One entry per sample, `null` where the judge itself failed. */
export function sampleFacts(row: EvaluationRow, name: MeasureName): (boolean | null)[] {
  if (!(name in answerColumns)) return row[rateColumns[name as RateName]];
  const column = answerColumns[name as keyof typeof answerColumns];
  return (row.answers ?? []).map((facts) => facts[column]);
}
