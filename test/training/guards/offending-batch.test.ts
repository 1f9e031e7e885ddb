import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { saveOffendingBatch } from '../../../src/training/guards/index.js';

describe('saveOffendingBatch', () => {
  it('keeps the batch, the reason and the figures, those that JSON has not as texts', async () => {
    const run = await mkdtemp(path.join(os.tmpdir(), 'rlsf-diverged-'));
    const rows = [
      { id: 'a', logprobs: new Float32Array([-0.5, NaN]), advantages: [Infinity] },
      { id: 'b', more: new Map([['x', 1]]) },
    ];
    const file = await saveOffendingBatch(run, {
      step: 7,
      reason: 'the loss is NaN',
      rows,
      metrics: { loss: NaN, reward: 0.5 },
    });
    expect(file).toBe(path.join(run, 'diverged', 'step_7.jsonl'));
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { id: 'a', logprobs: [-0.5, 'NaN'], advantages: ['Infinity'] },
      { id: 'b', more: { x: 1 } },
    ]);
    const reason = await readFile(path.join(run, 'diverged', 'step_7.reason.json'), 'utf8');
    expect(JSON.parse(reason)).toEqual({
      step: 7,
      reason: 'the loss is NaN',
      metrics: { loss: 'NaN', reward: 0.5 },
      rows: 2,
    });
  });

  it('writes beside an earlier batch of the same step, and leaves nothing half-written', async () => {
    const run = await mkdtemp(path.join(os.tmpdir(), 'rlsf-diverged-'));
    const batch = { step: 3, reason: 'again', rows: [1] };
    await saveOffendingBatch(run, batch);
    await saveOffendingBatch(run, batch);
    expect((await readdir(path.join(run, 'diverged'))).sort()).toEqual([
      'step_3-2.jsonl',
      'step_3-2.reason.json',
      'step_3.jsonl',
      'step_3.reason.json',
    ]);
  });
});
