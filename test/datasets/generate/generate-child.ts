/** Generates problems into the folder that is named, until it is killed. Not a test. */
import { generateProblems } from '../../../src/datasets/index.js';
import { createJudgePool } from '../../../src/sandbox/index.js';
import { killedInput } from './killed-input.js';

const [, , folder, baseUrl] = process.argv;
const judge = await createJudgePool({ languages: ['cpp'] });
await generateProblems(judge, killedInput(folder, baseUrl));
await judge.close();
