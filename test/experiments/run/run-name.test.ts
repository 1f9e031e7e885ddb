import { describe, expect, it } from 'vitest';
import { runName } from '../../../src/experiments/run/run-name.js';

const facts = {
  method: 'grpo',
  model: 'Qwen/Qwen2.5-0.5B-Instruct',
  numGenerations: 8,
  length: { steps: 30 },
};

describe('runName', () => {
  it('says method, model, group size and steps', () => {
    expect(runName(facts)).toBe('grpo_Qwen2.5-0.5B-Instruct_K8_steps30');
  });

  it('leaves out what there is not', () => {
    expect(runName({ ...facts, method: 'sft', numGenerations: null })).toBe(
      'sft_Qwen2.5-0.5B-Instruct_steps30',
    );
    expect(
      runName({ method: 'pretrain', model: null, numGenerations: null, length: { steps: 5 } }),
    ).toBe('pretrain_steps5');
  });

  it.each([
    ['models/cpp-tiny', 'cpp-tiny'],
    ['/home/me@work/models/cpp-tiny/', 'cpp-tiny'],
    ['Qwen/Qwen2.5-0.5B@5f2c1a', 'Qwen2.5-0.5B'],
    ['models/mein Modell (größer)', 'mein-Modell-gr-er'],
    ['.hidden', 'hidden'],
    ['..', null],
  ])('takes the name of the model %s as %s', (model, base) => {
    expect(runName({ ...facts, model })).toBe(
      base === null ? 'grpo_K8_steps30' : `grpo_${base}_K8_steps30`,
    );
  });

  it('is a name that a run folder may have', () => {
    for (const model of ['a/b', '../..', '-x', 'ü', '@', 'x'.repeat(300), 'C:\\models\\m']) {
      expect(runName({ ...facts, model })).toMatch(/^[\w.][\w.-]{0,120}$/);
    }
  });
});
