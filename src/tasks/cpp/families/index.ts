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
import { parseInteger } from './parse-integer.js';
import { guardedProduct } from './guarded-product.js';
import { commonDivisor } from './common-divisor.js';
import { digits } from './digits.js';
import { guardedDivision } from './guarded-division.js';
import { ringIndex } from './ring-index.js';
import { bitTricks } from './bit-tricks.js';
import { saturatingMath } from './saturating-math.js';
import { compareArrays } from './compare-arrays.js';
import { histogram } from './histogram.js';
import { slidingWindow } from './sliding-window.js';
import { checksum } from './checksum.js';
import { nestedPairs } from './nested-pairs.js';
import { wordScan } from './word-scan.js';

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
  parseInteger,
  guardedProduct,
  commonDivisor,
  digits,
  guardedDivision,
  ringIndex,
  bitTricks,
  saturatingMath,
  compareArrays,
  histogram,
  slidingWindow,
  checksum,
  nestedPairs,
  wordScan,
  ...familiesB,
];
