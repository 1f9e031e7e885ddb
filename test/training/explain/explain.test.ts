import { describe, expect, it } from 'vitest';
import type { Outcome, Rollout, Verdict } from '../../../src/records.js';
import { sanitizerCurriculum, scoreRollouts } from '../../../src/rewards/index.js';
import {
  assignAdvantages,
  explainStep,
  type ExplainSettings,
} from '../../../src/training/index.js';
import { exampleRollout, exampleVerdict } from '../../rollouts/example-rollout.js';

async function trained(
  outcomes: Outcome[],
  changes: Partial<Rollout> = {},
  verdict: Partial<Verdict> = {},
): Promise<Rollout[]> {
  const rollouts = outcomes.map((outcome, sample) =>
    exampleRollout({
      ...changes,
      sample,
      completion: `text ${sample}`,
      verdict: exampleVerdict(outcome, verdict),
    }),
  );
  return assignAdvantages(await scoreRollouts(rollouts, [sanitizerCurriculum()]));
}

function explained(
  rollouts: Rollout[],
  settings: ExplainSettings = {},
): ReturnType<typeof explainStep>['groups'][number] {
  return explainStep(rollouts, settings).groups[0];
}

describe('explainStep', () => {
  it('finds nothing amiss in a group whose rewards differ', async () => {
    const group = explained(await trained(['clean', 'wrong_answer']));
    expect(group).toMatchObject({ taught: true, reasons: [], tokens: { counted: 6, teaching: 6 } });
    expect(group.rewards).toMatchObject({ min: 0.3, max: 1, mean: 0.65 });
    expect(group.outcomes).toEqual({ clean: 1, wrong_answer: 1 });
  });

  it('names equal rewards, and what they are equal in', async () => {
    const solved = explained(await trained(['clean', 'clean', 'clean']));
    expect(solved).toMatchObject({ taught: false, tokens: { counted: 9, teaching: 0 } });
    expect(solved.reasons[0]).toMatchObject({ kind: 'zero_variance' });
    expect(solved.reasons[0].sentence).toContain('All 3 rewards are 1 (every outcome is clean)');
    expect(solved.reasons[0].remedy).toContain('solved');
    const hopeless = explained(await trained(['wrong_answer', 'wrong_answer']));
    expect(hopeless.reasons[0].remedy).toContain('too hard');
    // Two outcomes, one score: the reward merges what the verdicts tell apart.
    const merged = explained(await trained(['runtime_error', 'timeout'], {}, located));
    expect(merged.reasons[0].remedy).toContain('let it tell them apart');
    const copies = (await trained(['wrong_answer', 'wrong_answer'])).map((rollout) => ({
      ...rollout,
      completion: 'the same',
    }));
    expect(explained(copies).reasons[0].sentence).toContain('the same text');
  });

  it('says that only findings teach where rewards are equal and a token scheme is on', async () => {
    const rollouts = await trained(['runtime_error', 'runtime_error'], {}, located);
    const scheme = { name: 'span_penalty', lambda: 0.5 } as const;
    const group = explained(assignAdvantages(rollouts, { tokenScheme: scheme }));
    expect(group).toMatchObject({ taught: true, tokens: { teaching: 2 } });
    expect(group.reasons[0].sentence).toContain('only the tokens under findings teach');
  });

  it('equal rewards are no reason where advantages are not relative to the group', async () => {
    const rollouts = await trained(['clean', 'clean']);
    const ppo = rollouts.map((rollout) => ({
      ...rollout,
      advantages: { scheme: 'gae', sequence: 0.1, tokens: [0.1, 0.2, 0.3] },
    }));
    expect(explained(ppo, { groupRelative: false })).toMatchObject({ taught: true, reasons: [] });
  });

  it('names a group that nobody could score, with what the sandbox said', async () => {
    const rollouts = await trained(['sandbox_error', 'sandbox_error'], {}, brokenSandbox);
    const { taught, reasons, rewards } = explained(rollouts);
    expect(taught).toBe(false);
    expect(rewards).toBeNull();
    expect(reasons[0]).toMatchObject({ kind: 'unscorable', text: 'no space left on device' });
    const one = explained(await trained(['clean', 'sandbox_error'], {}, {}));
    expect(one.reasons[0]).toMatchObject({ kind: 'unscorable' });
    expect(one.reasons[0].sentence).toContain('1 of 2');
  });

  it('names completions cut off, left out by the settings or not', async () => {
    const cut = await trained(['clean', 'compile_error'], { finishReason: 'length' }, located);
    expect(explained(cut).taught).toBe(true);
    expect(explained(cut).reasons.map(({ kind }) => kind)).toEqual(['token_cap']);
    const masked = explained(cut, { maskTruncatedCompletions: true });
    expect(masked.taught).toBe(false);
    expect(masked.reasons[0]).toMatchObject({ kind: 'all_truncated', text: 'text 0' });
    expect(masked.reasons[0].sentence).toContain('cut off at 8 tokens');
    expect(masked.reasons.map(({ kind }) => kind)).not.toContain('token_cap');
  });

  it('names masked tokens, and groups that dynamic sampling left out', async () => {
    const masked = await trained(['clean', 'wrong_answer'], { completionMask: [0, 0, 0] });
    expect(explained(masked)).toMatchObject({ taught: false });
    expect(explained(masked).reasons[0].kind).toBe('all_masked');
    const update = { countedTokens: 0, clippedTokens: 0 };
    const left = (await trained(['clean', 'clean'])).map((rollout) => ({ ...rollout, update }));
    expect(explained(left).reasons.map(({ kind }) => kind)).toEqual(['left_out', 'zero_variance']);
  });

  it('names a group whose every token was clipped', async () => {
    const update = { countedTokens: 6, clippedTokens: 6 };
    const clipped = (await trained(['clean', 'wrong_answer'])).map((rollout) => ({
      ...rollout,
      update,
    }));
    expect(explained(clipped)).toMatchObject({
      taught: false,
      tokens: { counted: 6, teaching: 0 },
    });
    expect(explained(clipped).reasons[0].kind).toBe('all_clipped');
    const partly = clipped.map((rollout, index) =>
      index === 0 ? { ...rollout, update: { countedTokens: 6, clippedTokens: 2 } } : rollout,
    );
    expect(explained(partly)).toMatchObject({ taught: true, tokens: { teaching: 2 }, reasons: [] });
  });

  it('names rewards of weight 0', async () => {
    const rollouts = await trained(['clean', 'wrong_answer']);
    const scored = await scoreRollouts(rollouts, [sanitizerCurriculum({ weight: 0 })]);
    const kinds = explained(assignAdvantages(scored)).reasons.map(({ kind }) => kind);
    expect(kinds).toEqual(['zero_weight']);
  });

  it('shows what the tools said where no finding has a place', async () => {
    const stages: Verdict['stages'] = [
      {
        ...{ stage: 'run', command: ['./p'], exitCode: null, signal: 'SIGSEGV', durationMs: 3 },
        ...{ stdout: '', stderr: 'Segmentation fault\n', truncated: false },
      },
    ];
    const rollouts = await trained(['clean', 'runtime_error'], {}, { stages });
    const [reason] = explained(rollouts).reasons;
    expect(reason).toMatchObject({ kind: 'parser_missed', text: 'Segmentation fault' });
    expect(reason.sentence).toContain('1 of 2');
    const placed = await trained(['clean', 'runtime_error'], {}, located);
    expect(explained(placed).reasons).toEqual([]);
    const answers = await trained(['clean', 'no_answer']);
    expect(explained(answers).reasons[0]).toMatchObject({ kind: 'parser_missed', text: 'text 1' });
  });

  it('says of the step that nothing taught, that its rate was 0, that most was clipped', async () => {
    const rollouts = await trained(['clean', 'clean']);
    const metrics = { learning_rate: 0, grad_norm: 0, 'clip_ratio/region_mean': 0.75 };
    const { notes, taught } = explainStep(rollouts, { metrics });
    expect(taught).toBe(0);
    expect(notes.map(({ sentence }) => sentence)).toEqual([
      expect.stringContaining('None of 1 groups'),
      expect.stringContaining('learning rate of this step is 0'),
      expect.stringContaining('75 % of the tokens were clipped'),
    ]);
    const good = explainStep(await trained(['clean', 'wrong_answer']), {
      metrics: { learning_rate: 1e-3, grad_norm: 0 },
    });
    expect(good.notes.map(({ sentence }) => sentence)).toEqual([
      expect.stringContaining('the gradient is 0'),
    ]);
  });

  it('refuses rollouts of two steps and rollouts without rewards', async () => {
    const one = await trained(['clean']);
    const other = await trained(['clean'], { step: 2 });
    expect(() => explainStep([...one, ...other])).toThrow(/one step/);
    expect(() => explainStep([exampleRollout()])).toThrow(/without a reward/);
    expect(() => explainStep([])).toThrow(/got none/);
  });
});

const located: Partial<Verdict> = {
  diagnostics: [
    {
      ...{ tool: 'asan', severity: 'error', kind: 'heap-use-after-free', message: 'm' },
      ...{ option: null, position: null, frames: [] },
      span: { start: 0, end: 2, precision: 'line' },
    },
  ],
};

const brokenSandbox: Partial<Verdict> = {
  stages: [
    {
      ...{ stage: 'compile', command: ['g++'], exitCode: 1, signal: null, durationMs: 3 },
      ...{ stdout: '', stderr: 'no space left on device', truncated: false },
    },
  ],
};
