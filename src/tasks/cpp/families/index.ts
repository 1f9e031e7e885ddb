import type { Family } from '../family.js';
import { binarySearch } from './binary-search.js';
import { compactArray } from './compact-array.js';
import { countRuns } from './count-runs.js';
import { extremeElement } from './extreme-element.js';
import { filteredSum } from './filtered-sum.js';
import { familiesB } from './index-b.js';
import { indexOf } from './index-of.js';
import { mergeArrays } from './merge-arrays.js';
import { pairSum } from './pair-sum.js';
import { prefixTotals } from './prefix-totals.js';
import { reverseArray } from './reverse-array.js';
import { charCount } from './char-count.js';
import { matrixDiagonal } from './matrix-diagonal.js';
import { matrixLine } from './matrix-line.js';
import { matrixMove } from './matrix-move.js';
import { textMirror } from './text-mirror.js';

/** All families of the C++ task. */
export const families: readonly Family[] = [
  binarySearch,
  compactArray,
  countRuns,
  extremeElement,
  filteredSum,
  indexOf,
  mergeArrays,
  pairSum,
  prefixTotals,
  reverseArray,
  charCount,
  matrixDiagonal,
  matrixLine,
  matrixMove,
  textMirror,
  ...familiesB,
];
