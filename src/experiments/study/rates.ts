/** The rates that a study tells of. */
import type { Evaluation, EvaluationRow, RateName } from '../../evaluation/index.js';
import { rateNames, rowRate } from '../../evaluation/index.js';

export type StudyRate = RateName | keyof typeof answerColumns;

const answerColumns = {
  strict_accuracy: 'strict',
  lenient_accuracy: 'lenient',
  format_rate: 'formatOk',
} as const;

export const rateTitles: Record<StudyRate, string> = {
  fully_clean_rate: 'fully clean',
  compile_rate: 'compiles',
  sanitizer_clean_rate: 'no sanitizer finding',
  test_pass_rate: 'passes all tests',
  strict_accuracy: 'right, strict',
  lenient_accuracy: 'right, lenient',
  format_rate: 'in the demanded form',
};

/** Of answers, those of answers; of programs, those of programs. What a study is about comes first. */
export function ratesIn({ answers }: Pick<Evaluation, 'answers'>): StudyRate[] {
  if (answers) return ['strict_accuracy', 'lenient_accuracy', 'format_rate', 'fully_clean_rate'];
  return ['fully_clean_rate', ...rateNames.filter((name) => name !== 'fully_clean_rate')];
}

/** Mean over the scorable samples of one problem; `null` where there is none. */
export function studyRate(row: EvaluationRow, rate: StudyRate): number | null {
  if (!(rate in answerColumns)) return rowRate(row, rate as RateName);
  const column = answerColumns[rate as keyof typeof answerColumns];
  const known = (row.answers ?? []).map((facts) => facts[column]).filter((fact) => fact !== null);
  return known.length === 0 ? null : known.filter(Boolean).length / known.length;
}
