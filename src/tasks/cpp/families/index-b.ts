import type { Family } from '../family.js';
import { listPush } from './list-push.js';
import { listRemove } from './list-remove.js';
import { listReverse } from './list-reverse.js';
import { listSum } from './list-sum.js';

/** Families with lists, allocation, recursion, containers. */
export const familiesB: Family[] = [listSum, listPush, listRemove, listReverse];
