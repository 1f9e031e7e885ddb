/**
 * The attacks as another user sees them: `tsx as-user.ts TIER`, started as that user. Prints what was
 * not as it should be, one line of JSON.
 */
import { createJudgePool } from '../../../src/sandbox/index.js';
import type { Tier } from './attack.js';
import { compiles, languages, programs } from './index.js';
import { missingFor } from './languages.js';
import { createSurroundings } from './surroundings.js';

async function main(): Promise<void> {
  const tier = process.argv[2] as Tier;
  const others = languages.filter(({ language }) => missingFor(language) === null);
  const groups = [...programs, ...compiles, ...others.map(({ group }) => group)];
  const attacks = groups.flatMap((group) => group.attacks).filter(({ slow = false }) => !slow);
  const surroundings = await createSurroundings(tier);
  const pool = await createJudgePool({ isolation: tier, memoryMiB: 192, cpuMs: 400, wallMs: 2000 });
  const verdicts = await pool.judge(attacks.map(({ job }) => job(surroundings.world)));
  const wrong = attacks.flatMap(({ name, outcome }, i) =>
    verdicts[i].outcome === outcome ? [] : [`${name}: ${verdicts[i].outcome}`],
  );
  await pool.close();
  const harm = await surroundings.harm();
  await surroundings.close();
  console.log(JSON.stringify({ judged: attacks.length, isolation: pool.isolation, wrong, harm }));
}

void main();
