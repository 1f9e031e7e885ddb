/** Collects candidates into the folder that is named, slowly enough to be killed. Not a test. */
import { setTimeout } from 'node:timers/promises';
import { collectCandidates } from '../../src/datasets/index.js';
import { createJudgePool } from '../../src/sandbox/index.js';
import { tinyPolicy, useOneThread } from '../training/tiny-policy.js';
import { candidatesInput } from './candidates-input.js';

await useOneThread();
const policy = await tinyPolicy(1);
const judge = await createJudgePool({ languages: ['text'] });
const slowly = { ...judge, judge: async (...call: Parameters<typeof judge.judge>) => {
  await setTimeout(60);
  return judge.judge(...call);
} }; // prettier-ignore
console.log('begun');
await collectCandidates(candidatesInput(policy, slowly, process.argv[2]));
await judge.close();
