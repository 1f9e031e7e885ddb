import { describe, expect, it } from 'vitest';
import { configFromObject } from '../../src/experiments/config/index.js';
import { evaluationSampling, trainingSampling } from '../../src/experiments/workplace/index.js';
import { getTask } from '../../src/tasks/index.js';

const place = (sampling: Record<string, unknown>): Parameters<typeof trainingSampling>[0] => ({
  config: configFromObject({ task: { name: 'cpp' }, sampling }),
  task: getTask('cpp'),
});

describe('the sampling section of a config', () => {
  it('becomes the settings of the rollouts', () => {
    const asked = { top_k: 9, min_p: 0.1, repetition_penalty: 1.2, stop_token_ids: [3, 5] };
    expect(trainingSampling(place(asked))).toMatchObject({
      topK: 9,
      minP: 0.1,
      repetitionPenalty: 1.2,
      stopTokenIds: [3, 5],
      stop: getTask('cpp').stop,
    });
  });

  it('gives the evaluation its stop ids and nothing that bends the distribution', () => {
    const settings = evaluationSampling(
      place({ top_k: 9, repetition_penalty: 1.2, stop_token_ids: [3, 5] }),
    );
    expect(settings).toMatchObject({ topK: 0, minP: 0, stopTokenIds: [3, 5] });
    expect(settings.repetitionPenalty ?? 1).toBe(1);
  });

  it.each([
    [{ repetition_penalty: 0 }, /repetition_penalty/],
    [{ stop_token_ids: [-1] }, /stop_token_ids/],
    [{ stop_token_ids: [1.5] }, /stop_token_ids/],
  ])('refuses %o', (sampling, message) => {
    expect(() => place(sampling)).toThrow(message);
  });
});
