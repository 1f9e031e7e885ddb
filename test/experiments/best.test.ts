import { describe, expect, it } from 'vitest';
import { configFromObject } from '../../src/experiments/config/index.js';
import { createBestCheckpoint } from '../../src/experiments/stages/best.js';

const best = (evaluation: Record<string, unknown> = {}, kept: unknown = null) =>
  createBestCheckpoint(configFromObject({ evaluation }), kept);

describe('createBestCheckpoint', () => {
  it('takes the lowest held-out loss, and the highest rate', () => {
    const loss = best();
    [0.5, 0.3, 0.4].forEach((value, i) => loss.note(i + 1, { eval_loss: value }));
    expect(loss.step()).toBe(2);
    const rate = best();
    [0.5, 0.3, 0.6].forEach((value, i) => rate.note(i + 1, { eval_fully_clean_rate: value }));
    expect(rate.step()).toBe(3);
    const named = best({ metric_for_best_model: 'eval_kl', greater_is_better: false });
    [2, 1, 3].forEach((value, i) => named.note(i + 1, { eval_kl: value, eval_loss: -value }));
    expect(named.step()).toBe(2);
  });

  it('stops after so many measurements that are not better by the threshold', () => {
    const tracker = best({ early_stopping_patience: 2, early_stopping_threshold: 0.1 });
    tracker.note(1, { eval_loss: 1 });
    tracker.note(2, { eval_loss: 0.95 });
    expect([tracker.step(), tracker.stopsEarly()]).toEqual([1, false]);
    tracker.note(3, { eval_loss: 0.91 });
    expect([tracker.step(), tracker.stopsEarly()]).toEqual([1, true]);
    const patient = best();
    for (let step = 1; step < 50; step++) patient.note(step, { eval_loss: step });
    expect(patient.stopsEarly()).toBe(false);
  });

  it('goes on from what a checkpoint kept', () => {
    const whole = best({ early_stopping_patience: 2 });
    const values = [0.5, 0.6, 0.4, 0.7, 0.8];
    values.forEach((value, i) => whole.note(i + 1, { eval_loss: value }));
    const first = best({ early_stopping_patience: 2 });
    values.slice(0, 3).forEach((value, i) => first.note(i + 1, { eval_loss: value }));
    const resumed = best({ early_stopping_patience: 2 }, JSON.parse(JSON.stringify(first.state())));
    values.slice(3).forEach((value, i) => resumed.note(i + 4, { eval_loss: value }));
    expect(resumed.state()).toEqual(whole.state());
    expect(resumed.stopsEarly()).toBe(true);
  });

  it('names what is measured where the asked figure is not', () => {
    expect(() =>
      best({ metric_for_best_model: 'eval_los' }).note(1, { eval_loss: 1, loss: 2 }),
    ).toThrow(/metric_for_best_model: expected one of eval_loss, got "eval_los"/);
  });
});
