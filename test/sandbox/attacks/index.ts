import type { AttackGroup } from './attack.js';
import { batch } from './batch.js';
import { bombs } from './bombs.js';
import { compiler } from './compiler.js';
import { javaPrograms, pythonPrograms } from './languages.js';
import { parents, reaching } from './reach.js';
import { channel } from './verdict.js';

/** Whose programs run beside each other and beside neighbours. */
export const programs: AttackGroup[] = [reaching, parents, bombs, channel, batch];
/** Whose programs are compiled one after the other by one worker. */
export const compiles: AttackGroup[] = [compiler];
/** Of other languages than C++. */
export const languages = [
  { language: 'python', group: pythonPrograms },
  { language: 'java', group: javaPrograms },
] as const;
