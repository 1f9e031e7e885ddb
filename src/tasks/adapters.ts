import { cppTask } from './cpp/task.js';
import { mathsTask } from './maths/task.js';
import { csn } from './sets/csn.js';
import { generated } from './sets/generated.js';
import { gsm8k } from './sets/gsm8k.js';
import { humaneval } from './sets/humaneval.js';
import { jsonl } from './sets/jsonl.js';
import { mbpp, mbppPlus, mbppSanitized } from './sets/mbpp.js';
import { multiplE } from './sets/multipl-e.js';
import { stdio, taco } from './sets/stdio.js';
import { madeTask } from './made-task.js';
import type { TaskAdapter } from './task.js';

/** Every task by name: a task of one's own is one more line here, or a folder (`rlsf tasks new`). */
export const adapters: readonly TaskAdapter[] = [
  madeTask(cppTask, ['cpp']),
  madeTask(mathsTask, ['text']),
  gsm8k,
  mbpp,
  mbppSanitized,
  mbppPlus,
  humaneval,
  multiplE,
  stdio,
  taco,
  csn,
  generated,
  jsonl,
];
