import type { AttackGroup } from './attack.js';
import { batch } from './batch.js';
import { bombs } from './bombs.js';
import { compiler } from './compiler.js';
import { parents, reaching } from './reach.js';
import { channel } from './verdict.js';

/** Whose programs run beside each other and beside neighbours. */
export const programs: AttackGroup[] = [reaching, parents, bombs, channel, batch];
/** Whose programs are compiled one after the other by one worker. */
export const compiles: AttackGroup[] = [compiler];

export { compiler };
