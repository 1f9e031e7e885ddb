/**
 * Writes default-path.json: what the paths that shipped results rest on gave, to the bit, before there
 * were any other loss types, estimators or token schemes. On tensorflow.js's own `cpu` backend, whose
 * arithmetic is the same everywhere. Made once; run again only when those bits are meant to change:
 *   node --import tsx test/golden/policy-gradient/record-default-path.ts
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { defaultPathCases, defaultPathSteps } from './default-path.js';

const file = path.join(import.meta.dirname, 'default-path.json');
const recorded = { losses: await defaultPathCases(), steps: await defaultPathSteps() };
writeFileSync(file, `${JSON.stringify(recorded, null, 1)}\n`);
