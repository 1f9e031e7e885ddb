import type { Family } from '../family.js';
import { familiesB } from './index-b.js';
import { filteredSum } from './filtered-sum.js';

/** All families of the C++ task. */
export const families: readonly Family[] = [filteredSum, ...familiesB];
