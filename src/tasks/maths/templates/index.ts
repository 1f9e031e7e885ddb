import type { Template } from '../template.js';
import { ages } from './ages.js';
import { collections } from './collections.js';
import { comparisons } from './comparisons.js';
import { fractions } from './fractions.js';
import { groups } from './groups.js';
import { longer } from './longer.js';
import { money } from './money.js';
import { percent } from './percent.js';
import { rates } from './rates.js';
import { time } from './time.js';
import { units } from './units.js';

/** All templates of the maths task. */
export const templates: readonly Template[] = [
  ...collections,
  ...groups,
  ...comparisons,
  ...money,
  ...ages,
  ...time,
  ...rates,
  ...units,
  ...fractions,
  ...percent,
  ...longer,
];
