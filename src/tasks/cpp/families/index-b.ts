import type { Family } from '../family.js';

/** Families with lists, allocation, recursion, containers. */
export const familiesB: Family[] = [];
