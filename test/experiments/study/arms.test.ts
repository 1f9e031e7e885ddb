import { describe, expect, it } from 'vitest';
import { configFromObject } from '../../../src/experiments/config/index.js';
import { armConfig, studyArms, untrainedConfig } from '../../../src/experiments/study/arms.js';
import { changedOptions, decisiveOptions } from '../../../src/experiments/study/fingerprint.js';

const withArms = (arms: Record<string, unknown>, study: Record<string, unknown> = {}) =>
  configFromObject({
    task: { name: 'cpp', train_problems: 8 },
    dataset: { candidates: { num_candidates: 4 } },
    grpo: { max_steps: 4, prompts_per_step: 2, num_generations: 4 },
    ppo: { max_steps: 2, prompts_per_step: 4, num_generations: 4 },
    study: { arms, ...study },
  });

describe('studyArms', () => {
  it('gives each arm its own options and counts what it samples', () => {
    const arms = studyArms(
      withArms({
        sft: { method: 'sft' },
        clean: { method: 'sft', set: { 'dataset.completions': 'sampled' } },
        dpo: { method: 'dpo', set: { dpo: { use_token_level_rewards: false, beta: 0.2 } } },
        ppo: { method: 'ppo' },
        grpo: { method: 'grpo', set: { 'grpo.beta': 0 } },
      }),
    );
    expect(arms.map(({ name, source, samples }) => [name, source, samples])).toEqual([
      ['sft', 'none', 0],
      ['clean', 'candidates', 32],
      ['dpo', 'candidates', 32],
      ['ppo', 'rollouts', 32],
      ['grpo', 'rollouts', 32],
    ]);
    expect(arms[2].config.dpo).toMatchObject({ use_token_level_rewards: false, beta: 0.2 });
    expect(arms[4].config.grpo.beta).toBe(0);
    expect(arms[3].config.grpo.beta).toBe(0.02);
    const config = armConfig(arms[2], 7, 'runs/s');
    expect(config.run).toMatchObject({ seed: 7, output_dir: 'runs/s/7', name: 'dpo' });
    expect(config.dataset.candidates.path).toBe('runs/s/7/candidates');
    expect(config.study.arms).toEqual({});
  });

  it('names the arm whose option is unknown or of the wrong kind, and the nearest one', () => {
    expect(() => studyArms(withArms({ a: { method: 'grpo', set: { 'grpo.betta': 0 } } }))).toThrow(
      /study\.arms\.a\.set: grpo\.betta: no such option\. Nearest: grpo\.beta\./,
    );
    expect(() =>
      studyArms(withArms({ a: { method: 'grpo', set: { 'grpo.beta': 'much' } } })),
    ).toThrow(/study\.arms\.a\.set: grpo\.beta: expected number ≥ 0, got "much"/);
    expect(() => withArms({ a: { method: 'reinforce' } })).toThrow(/study\.arms\.a/);
    expect(() => withArms({ a: { method: 'grpo', sett: {} } })).toThrow(/study\.arms\.a\.sett/);
  });

  it('refuses options that would make measurements incomparable', () => {
    for (const option of ['run.seed', 'evaluation.problems', 'policy.model_name_or_path'])
      expect(() => studyArms(withArms({ a: { method: 'grpo', set: { [option]: 1 } } }))).toThrow(
        `study.arms.a.set: ${option} is the same for all arms`,
      );
    expect(() =>
      studyArms(withArms({ a: { method: 'grpo', set: { evaluation: { seed: 1 } } } })),
    ).toThrow('evaluation.seed is the same for all arms');
    expect(() =>
      studyArms(withArms({ a: { method: 'grpo', set: { 'evaluation.eval_steps': 1 } } })),
    ).not.toThrow();
  });

  it('refuses unequal budgets, saying which arm differs and by how much', () => {
    const arms = {
      dpo: { method: 'dpo' },
      grpo: { method: 'grpo', set: { 'grpo.max_steps': 5 } },
      ppo: { method: 'ppo', set: { 'ppo.num_generations': 3 } },
    };
    expect(() => studyArms(withArms(arms))).toThrow(
      'expected every arm to learn from 32 judged completions (as dpo), got grpo 40 (8 too many), ppo 24 (8 too few)',
    );
    expect(() => studyArms(withArms({ dpo: { method: 'dpo' } }, { samples: 40 }))).toThrow(
      '40 judged completions (study.samples), got dpo 32 (8 too few)',
    );
    expect(() =>
      studyArms(withArms({ a: { method: 'grpo', set: { 'grpo.dynamic_sampling': true } } })),
    ).toThrow('dynamic_sampling: false');
  });

  it('refuses names that cannot be folders, pairs of unknown arms, and no arms', () => {
    expect(() => studyArms(withArms({ candidates: { method: 'dpo' } }))).toThrow(
      'becomes a folder',
    );
    expect(() => studyArms(withArms({ '../x': { method: 'dpo' } }))).toThrow('becomes a folder');
    expect(() => studyArms(withArms({ a: { method: 'dpo' } }, { compare: [['a', 'b']] }))).toThrow(
      'study.compare: expected names of arms (a), got b',
    );
    expect(() => studyArms(withArms({}))).toThrow('expected at least one arm');
  });
});

describe('what decides a run', () => {
  const [arm] = studyArms(withArms({ dpo: { method: 'dpo' } }));
  const base = decisiveOptions('dpo', armConfig(arm, 1, 'runs/s'));

  it('is not where it lies, another method, or how intervals are drawn', () => {
    const [other] = studyArms(
      withArms({
        dpo: {
          method: 'dpo',
          set: { 'grpo.beta': 0.5, 'judge.cache': 'x', 'evaluation.confidence': 0.9 },
        },
      }),
    );
    expect(decisiveOptions('dpo', armConfig(other, 1, 'elsewhere'))).toEqual(base);
  });

  it('is its own method, the seed, the task and the measurement; differences are named', () => {
    const [other] = studyArms(withArms({ dpo: { method: 'dpo', set: { 'dpo.beta': 0.3 } } }));
    expect(
      changedOptions('dpo', base, decisiveOptions('dpo', armConfig(other, 2, 'runs/s'))),
    ).toEqual(['dpo.beta: 0.1 → 0.3', 'run.seed: 1 → 2']);
  });

  it('is not an option that came later, unless it is off its default', () => {
    const { 'dpo.beta': _later, ...older } = base;
    expect(changedOptions('dpo', older, base)).toEqual([]);
    expect(changedOptions('dpo', older, { ...base, 'dpo.beta': 0.4 })).toEqual([
      'dpo.beta: absent → 0.4',
    ]);
  });

  it('of the untrained policy is the measurement alone', () => {
    const one = decisiveOptions('base', untrainedConfig(withArms({}), null, 'runs/s'));
    const changed = configFromObject({
      task: { name: 'cpp', train_problems: 9 },
      grpo: { beta: 1 },
      policy: { lora_r: 4 },
      evaluation: { seed: 8 },
    });
    const two = decisiveOptions('base', untrainedConfig(changed, null, 'runs/s'));
    expect(changedOptions('base', one, two)).toEqual(['evaluation.seed: 7 → 8']);
  });
});
