import { expect } from 'vitest';
import type { Comparison } from '../../bench/locations/comparison.js';
import { whyElsewhere, whyMore } from '../../bench/locations/reasons.js';
import type { Figures } from '../../bench/locations/report.js';

/** The folders of test data that are compared. */
export const locationData = ['juliet-cpp', 'llvm-sanitizer-tests', 'model-completions'];

/** What must hold for every row, whichever are judged. */
export function expectLocations({ sanitizers, model }: Figures): void {
  const idsOf = (comparisons: readonly Comparison[]): string[] =>
    comparisons.map(({ row }) => `${row.data}: ${row.id}`);

  // The line of the first recorded report is the judge's first. Good halves leak by design, and the
  // judge may see one leak more, whose reason is known; the recorded one is always there.
  const isBad = ({ row }: Comparison): boolean => row.data !== 'Juliet, good half';
  const elsewhere = sanitizers.filter(({ isRecorded }) => isRecorded === false);
  expect(idsOf(elsewhere.filter(isBad))).toEqual([]);
  expect(idsOf(elsewhere.filter((one) => whyMore(one) === null))).toEqual([]);

  // Nothing recorded is lost, nothing is invented, and what is more has its reason.
  expect(idsOf(sanitizers.filter(({ missing }) => missing.length > 0))).toEqual([]);
  const more = sanitizers.filter(({ extra }) => extra.length > 0);
  expect(idsOf(more.filter((one) => whyMore(one) === null))).toEqual([]);

  // As near to the authors' line as the tool itself came; what lies elsewhere has its reason.
  const far = sanitizers.filter(
    ({ row, distance }) =>
      (row.attainable === 'exact' && distance !== 'exact') ||
      (row.attainable === 'near' && distance !== 'near' && distance !== 'exact'),
  );
  expect(idsOf(far)).toEqual([]);
  const unexplained = sanitizers.filter(
    (one) => one.distance !== null && one.distance !== 'exact' && whyElsewhere(one) === null,
  );
  expect(idsOf(unexplained)).toEqual([]);

  for (const { row, agrees, errorPlace, sanitizerLine, assertLine, told } of model) {
    const isRight = agrees && ![errorPlace, sanitizerLine, assertLine].includes(false);
    expect({ id: row.id, isRight, told }).toEqual({ id: row.id, isRight: true, told });
  }
}
