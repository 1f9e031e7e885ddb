import type { Family } from '../family.js';
import { polyEvaluate } from './poly-evaluate.js';
import { dateDays } from './date-days.js';
import { mapFrequency } from './map-frequency.js';
import { sortOrder } from './sort-order.js';
import { gridNeighbours } from './grid-neighbours.js';
import { intervalOverlap } from './interval-overlap.js';
import { vectorWindow } from './vector-window.js';
import { vectorErase } from './vector-erase.js';
import { stackBrackets } from './stack-brackets.js';
import { recursionSeries } from './recursion-series.js';
import { recursionDigits } from './recursion-digits.js';
import { treePath } from './tree-path.js';
import { treeSum } from './tree-sum.js';
import { pointerRange } from './pointer-range.js';
import { pointerOutputs } from './pointer-outputs.js';
import { pointerSwap } from './pointer-swap.js';
import { cstringCount } from './cstring-count.js';
import { cstringCopy } from './cstring-copy.js';
import { bufferConcat } from './buffer-concat.js';
import { bufferFilter } from './buffer-filter.js';
import { bufferGrow } from './buffer-grow.js';
import { bufferScratch } from './buffer-scratch.js';
import { listCopy } from './list-copy.js';
import { listFind } from './list-find.js';
import { listFree } from './list-free.js';
import { listPush } from './list-push.js';
import { listRemove } from './list-remove.js';
import { listReverse } from './list-reverse.js';
import { listSum } from './list-sum.js';

/** Families with lists, allocation, recursion, containers. */
export const familiesB: Family[] = [
  listSum,
  listPush,
  listRemove,
  listReverse,
  listFind,
  listCopy,
  listFree,
  bufferFilter,
  bufferConcat,
  bufferScratch,
  bufferGrow,
  cstringCopy,
  cstringCount,
  pointerSwap,
  pointerOutputs,
  pointerRange,
  treeSum,
  treePath,
  recursionDigits,
  recursionSeries,
  stackBrackets,
  vectorErase,
  vectorWindow,
  intervalOverlap,
  gridNeighbours,
  sortOrder,
  mapFrequency,
  dateDays,
  polyEvaluate,
];
