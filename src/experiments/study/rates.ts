/** The rates that a study tells of. */
import type { Evaluation, MeasureName } from '../../evaluation/index.js';
import { measuresOf } from '../../evaluation/index.js';

export type StudyRate = MeasureName;
export { measureTitles as rateTitles, rowMeasure as studyRate } from '../../evaluation/index.js';

/** What a study is about comes first. */
export function ratesIn({ answers }: Pick<Evaluation, 'answers'>): StudyRate[] {
  return measuresOf(answers !== undefined);
}
