import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import {
  defaultPathCases,
  defaultPathSteps,
  type LossRecord,
  type StepRecord,
} from '../golden/policy-gradient/default-path.js';

const recorded = JSON.parse(
  readFileSync(
    path.join(import.meta.dirname, '../golden/policy-gradient/default-path.json'),
    'utf8',
  ),
) as { losses: LossRecord[]; steps: StepRecord[] };

it('losses and gradients of grpo, bnpo, dr_grpo and dapo have the recorded bits', async () => {
  const losses = JSON.parse(JSON.stringify(await defaultPathCases())) as LossRecord[];
  expect(losses).toEqual(recorded.losses);
});

it('GRPO steps with scalar and span_penalty advantages have the recorded bits', async () => {
  expect(await defaultPathSteps()).toEqual(recorded.steps);
}, 60_000);
