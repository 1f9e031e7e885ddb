import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/algorithms/random.js';
import type { GuardOptions, GuardWarning } from '../../../src/training/guards/index.js';
import { createGuards } from '../../../src/training/guards/index.js';

type Row = Record<string, number>;

interface Recorded {
  metrics: string[];
  pretrainMetrics: string[];
  runs: Record<string, number[][]>;
}

const recorded = JSON.parse(
  await readFile(path.join(import.meta.dirname, 'recorded-runs.json'), 'utf8'),
) as Recorded;

function recordedRun(name: string): Row[] {
  const names = name === 'pretrain' ? recorded.pretrainMetrics : recorded.metrics;
  return recorded.runs[name].map((values) =>
    Object.fromEntries(names.map((metric, i) => [metric, values[i]])),
  );
}

function watchAll(rows: readonly Row[], options: GuardOptions = {}): GuardWarning[] {
  const guards = createGuards(options);
  return rows.flatMap((row, i) => guards.watch(i + 1, row));
}

/** A run as healthy ones are, with noise; `change` bends it. */
function syntheticRun(steps: number, change: (step: number, row: Row) => Row): Row[] {
  const random = createRandom('guards');
  return Array.from({ length: steps }, (_, i) => {
    const noise = (): number => random.normal();
    const row: Row = {
      reward: 0.6 + 0.07 * noise(),
      reward_std: 0.3 + 0.02 * noise(),
      frac_reward_zero_std: Math.max(0, 0.15 + 0.06 * noise()),
      'completions/mean_length': 70 + 8 * noise(),
      'completions/clipped_ratio': Math.max(0, 0.03 + 0.03 * noise()),
      kl: Math.abs(0.02 + 0.01 * noise()),
      entropy: Math.max(0.04, 0.11 + 0.015 * noise()),
      grad_norm: Math.abs(0.035 + 0.01 * noise()),
      loss: 0.01 * noise(),
    };
    return change(i + 1, row);
  });
}

const idsAndSteps = (warnings: readonly GuardWarning[]): [string, number][] =>
  warnings.map(({ id, step }) => [id, step]);

describe('guards over healthy runs', () => {
  it.each(['tour-1', 'tour-2', 'tour-3', 'pretrain'])(
    'are silent on the recorded run %s',
    (name) => {
      expect(watchAll(recordedRun(name), { rewardMax: 1 })).toEqual([]);
    },
  );

  it('are silent through a thousand steps of noise', () => {
    expect(
      watchAll(
        syntheticRun(1000, (_, row) => row),
        { rewardMax: 1 },
      ),
    ).toEqual([]);
  });

  it('are silent where completions grow longer and earn more', () => {
    const rows = syntheticRun(200, (step, row) => ({
      ...row,
      reward: row.reward + step / 400,
      'completions/mean_length': row['completions/mean_length'] * (1 + step / 50),
    }));
    expect(watchAll(rows)).toEqual([]);
  });
});

describe('a guard', () => {
  it('stops at the first figure that is no number, and names it', () => {
    const [warning, ...rest] = watchAll(
      syntheticRun(30, (step, row) => (step >= 20 ? { ...row, loss: NaN } : row)),
    );
    expect(warning).toMatchObject({ id: 'non_finite', step: 20, severity: 'stop' });
    expect(warning.message).toBe('Step 20 left the numbers: loss is NaN.');
    expect(rest).toEqual([]);
  });

  it('warns of a KL that climbs, and of one that jumps', () => {
    const climbs = syntheticRun(60, (step, row) => ({ ...row, kl: row.kl + 0.02 * step }));
    expect(idsAndSteps(watchAll(climbs))).toEqual([['kl_blow_up', 27]]);
    const jumps = syntheticRun(60, (step, row) => (step === 40 ? { ...row, kl: 0.9 } : row));
    const [warning] = watchAll(jumps);
    expect(warning).toMatchObject({ id: 'kl_blow_up', step: 40 });
    expect(warning.message).toMatch(/jumped to 0.9 nats a token; its median before was 0.0\d+/);
    expect(warning.remedy).toContain('beta');
  });

  it('measures PPO’s KL by the completion, and leaves KTO’s `kl` alone', () => {
    const ppo = Array.from({ length: 20 }, (_, i) => ({
      'objective/scores': 0.5,
      'objective/kl': 8 * i,
    }));
    expect(idsAndSteps(watchAll(ppo))).toEqual([['kl_blow_up', 10]]);
    expect(watchAll(Array.from({ length: 20 }, () => ({ loss: 0.5, kl: 30 })))).toEqual([]);
  });

  it('warns of an entropy that collapses where rewards are learned from, not in supervised training', () => {
    const falls = syntheticRun(80, (step, row) => ({
      ...row,
      entropy: row.entropy * Math.exp(-step / 12),
    }));
    const [warning, ...rest] = watchAll(falls);
    expect(warning.id).toBe('entropy_collapse');
    expect(warning.message).toMatch(/fell to 0\.0\d+ nats from 0\.\d+ at the start/);
    expect(rest).toEqual([]);
    const supervised = falls.map(({ entropy, grad_norm }) => ({ entropy, grad_norm, loss: 1 }));
    expect(watchAll(supervised)).toEqual([]);
  });

  it('tells groups without variance apart: too hard, too easy, at the ceiling', () => {
    const flat = (reward: number): Row[] =>
      syntheticRun(40, (step, row) =>
        step < 20 ? row : { ...row, reward, reward_std: 0.01, frac_reward_zero_std: 0.95 },
      );
    const hard = watchAll(flat(0.5), { rewardMax: 1 });
    expect(hard.map(({ id }) => id)).toEqual(['zero_variance']);
    expect(hard[0].remedy).toContain('too hard');
    const easy = watchAll(flat(0.9), { rewardMax: 1 });
    expect(easy[0].remedy).toContain('too easy');
    const done = watchAll(flat(1), { rewardMax: 1 });
    // One step before the ceiling is reached by the window's mean, the groups are already flat.
    expect(done.map(({ id }) => id)).toContain('reward_ceiling');
    expect(done.at(-1)?.message).toContain('1 of at most 1');
  });

  it('warns of lengths that drift without a gain, in both directions', () => {
    const drift = (factor: number): GuardWarning[] =>
      watchAll(
        syntheticRun(60, (step, row) => ({
          ...row,
          'completions/mean_length': row['completions/mean_length'] * (step > 30 ? factor : 1),
        })),
      );
    expect(idsAndSteps(drift(2.6))).toEqual([['length_drift', 34]]);
    expect(drift(2.6)[0].remedy).toContain('dr_grpo');
    expect(drift(0.3)[0].remedy).toContain('short answer');
  });

  it('warns of completions that never end', () => {
    const rows = syntheticRun(40, (step, row) =>
      step > 20 ? { ...row, 'completions/clipped_ratio': 0.8 } : row,
    );
    expect(idsAndSteps(watchAll(rows))).toEqual([['clipped_completions', 24]]);
  });

  it('warns of a reward that falls from its best', () => {
    const rows = syntheticRun(80, (step, row) =>
      step > 40 ? { ...row, reward: row.reward - 0.3 } : row,
    );
    const [warning, ...rest] = watchAll(rows);
    expect(warning.id).toBe('reward_collapse');
    expect(warning.step).toBeLessThanOrEqual(46);
    expect(warning.message).toMatch(/fell to 0\.[34]\d* from 0\.[67]\d* at its best/);
    expect(rest).toEqual([]);
  });

  it('warns of a gradient that explodes, and of a loss that spikes in supervised training', () => {
    const gradient = syntheticRun(40, (step, row) =>
      step === 30 ? { ...row, grad_norm: 2 } : row,
    );
    expect(idsAndSteps(watchAll(gradient))).toEqual([['grad_norm_explosion', 30]]);
    const loss = recordedRun('pretrain').map((row, i) => (i === 199 ? { ...row, loss: 1.2 } : row));
    const warnings = watchAll(loss);
    expect(idsAndSteps(warnings)).toEqual([['loss_spike', 200]]);
    expect(warnings[0].message).toContain('jumped to 1.2');
    const policyLoss = syntheticRun(40, (step, row) => (step === 30 ? { ...row, loss: 2 } : row));
    expect(watchAll(policyLoss)).toEqual([]);
  });

  it('says a trouble once, and again only after it was over', () => {
    const hovering = syntheticRun(60, (step, row) => ({
      ...row,
      kl: step % 2 === 0 ? 0.45 : 0.58,
    }));
    expect(watchAll(hovering).filter(({ id }) => id === 'kl_blow_up')).toHaveLength(1);
    const twice = syntheticRun(60, (step, row) =>
      step === 20 || step === 45 ? { ...row, grad_norm: 3 } : row,
    );
    expect(idsAndSteps(watchAll(twice))).toEqual([
      ['grad_norm_explosion', 20],
      ['grad_norm_explosion', 45],
    ]);
  });

  it('has its thresholds as options', () => {
    const rows = syntheticRun(30, (_, row) => row);
    expect(watchAll(rows, { klMax: 0.005 }).map(({ id }) => id)).toEqual(['kl_blow_up']);
    expect(watchAll(recordedRun('control-1'), { rewardDrop: 0.05 })).toEqual([]);
  });
});

describe('the guards’ state', () => {
  it('goes through a checkpoint at any step without changing a warning', () => {
    const rows = syntheticRun(90, (step, row) => ({
      ...row,
      kl: row.kl + 0.012 * step,
      reward: row.reward - (step > 60 ? 0.35 : 0),
      grad_norm: step === 33 ? 4 : row.grad_norm,
    }));
    const whole = watchAll(rows);
    expect(new Set(whole.map(({ id }) => id))).toEqual(
      new Set(['grad_norm_explosion', 'kl_blow_up', 'reward_collapse']),
    );
    for (const stop of [1, 7, 33, 34, 61, 89]) {
      const first = createGuards();
      const before = rows.slice(0, stop).flatMap((row, i) => first.watch(i + 1, row));
      const second = createGuards();
      second.importState(JSON.parse(JSON.stringify(first.exportState())));
      const after = rows.slice(stop).flatMap((row, i) => second.watch(stop + i + 1, row));
      expect([...before, ...after]).toEqual(whole);
    }
  });

  it('refuses what no export gave', () => {
    expect(() => createGuards().importState({ recent: 1 })).toThrow(
      /expected what exportState gave/,
    );
  });
});
