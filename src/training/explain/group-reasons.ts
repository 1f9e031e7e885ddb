import type { Outcome, Rollout } from '../../records.js';
import type { Reason } from './record.js';
import { missedFindings } from './missed-findings.js';

interface Knowledge {
  readonly maskTruncatedCompletions?: boolean;
  readonly groupRelative?: boolean;
  readonly counted: number;
  readonly teaching: number;
}

/** What kept a group from teaching, gravest first. */
export function groupReasons(group: readonly Rollout[], known: Knowledge): Reason[] {
  return [
    ...leftOutReasons(group, known),
    ...rewardReasons(group, known),
    ...clipReasons(group, known),
    ...missedFindings(group),
    ...lengthReasons(group, known),
  ];
}

function leftOutReasons(group: readonly Rollout[], known: Knowledge): Reason[] {
  if (known.counted > 0) return [];
  const truncated = group.filter(({ finishReason }) => finishReason === 'length');
  if (known.maskTruncatedCompletions && truncated.length === group.length) {
    return [
      {
        kind: 'all_truncated',
        sentence: `All ${group.length} completions were cut off at ${limitOf(group)} tokens and left out of the loss (mask_truncated_completions).`,
        remedy: 'Raise sampling.max_completion_length, or score truncated completions.',
        text: tail(truncated[0]),
      },
    ];
  }
  if (group.every(({ update, completionMask }) => update && completionMask.includes(1))) {
    return [
      {
        kind: 'left_out',
        sentence: 'The group was left out of the update (dynamic sampling).',
        remedy: 'Nothing is wrong: groups that could teach took its place.',
      },
    ];
  }
  return [
    {
      kind: 'all_masked',
      sentence: 'No token of the group counts in the loss: all are masked.',
      remedy:
        'Look at completion_mask and finish reasons: cancelled, empty and masked completions teach nothing.',
    },
  ];
}

function rewardReasons(
  group: readonly Rollout[],
  { groupRelative = true, teaching }: Knowledge,
): Reason[] {
  const scored = group.filter(({ reward }) => reward !== null);
  if (scored.length < (groupRelative ? 2 : 1)) {
    return [
      {
        kind: 'unscorable',
        sentence: `${scored.length} of ${group.length} completions could be scored; nothing can be compared.`,
        remedy:
          'Look at the verdicts: sandbox_error is a fault of the tooling (rlsf doctor), and a reward that gives null has nothing to say.',
        text: sandboxText(group),
      },
    ];
  }
  const results = scored.flatMap(({ rewards }) => rewards ?? []);
  if (results.length > 0 && results.every(({ weight }) => weight === 0)) {
    return [
      {
        kind: 'zero_weight',
        sentence: 'All reward functions have weight 0: they are recorded, and nothing is learned.',
        remedy: 'Give one of reward.functions a weight.',
      },
    ];
  }
  const values = new Set(scored.map(({ reward }) => reward));
  if (!groupRelative || values.size > 1) return [];
  return [equalRewards(scored, teaching > 0)];
}

function equalRewards(scored: readonly Rollout[], findingsTeach: boolean): Reason {
  const [{ reward }] = scored;
  const outcomes = [...new Set(scored.map(({ verdict }) => verdict?.outcome))];
  const same = outcomes.length === 1 && outcomes[0] !== undefined ? outcomes[0] : null;
  const texts = new Set(scored.map(({ completion }) => completion)).size;
  const effect = findingsTeach
    ? 'so only the tokens under findings teach'
    : 'so every advantage of the group is 0';
  const sentence = `All ${scored.length} rewards are ${format(reward ?? 0)}${same ? ` (every outcome is ${same})` : ''}, ${effect}${texts === 1 ? '; all completions are the same text' : ''}.`;
  return { kind: 'zero_variance', sentence, remedy: equalRemedy(same, texts) };
}

function equalRemedy(outcome: Outcome | null, texts: number): string {
  if (outcome === 'clean') {
    return 'The problem is solved: take harder ones, or grpo.dynamic_sampling to draw others in its place.';
  }
  if (texts === 1) return 'Raise sampling.temperature: the policy says the same every time.';
  if (outcome !== null) {
    return 'The problem is too hard for this policy: easier ones, SFT first, more num_generations, or a reward with steps in between (tests_passed).';
  }
  return 'Outcomes differ and the reward does not: let it tell them apart (rlsf reward-bench shows merged tiers).';
}

function clipReasons(group: readonly Rollout[], { counted, teaching }: Knowledge): Reason[] {
  const clipped = group.reduce((sum, { update }) => sum + (update?.clippedTokens ?? 0), 0);
  const couldTeach = group.some(({ advantages }) =>
    advantages?.tokens.some((advantage) => advantage !== 0),
  );
  if (counted === 0 || teaching > 0 || clipped === 0 || !couldTeach) return [];
  return [
    {
      kind: 'all_clipped',
      sentence: 'Every token with an advantage was outside the clip range: its gradient is 0.',
      remedy:
        'Lower grpo.learning_rate or num_iterations × steps_per_generation, or widen grpo.epsilon and epsilon_high.',
    },
  ];
}

function lengthReasons(group: readonly Rollout[], known: Knowledge): Reason[] {
  const truncated = group.filter(({ finishReason }) => finishReason === 'length');
  if (truncated.length === 0) return [];
  if (known.counted === 0 && truncated.length === group.length) return [];
  return [
    {
      kind: 'token_cap',
      sentence: `${truncated.length} of ${group.length} completions were cut off at ${limitOf(group)} tokens.`,
      remedy:
        'Raise sampling.max_completion_length if they were on a good way; a length penalty (overlong) if they ramble.',
      text: tail(truncated[0]),
    },
  ];
}

function limitOf(group: readonly Rollout[]): number {
  return group[0].sampling.maxNewTokens;
}

/** The end of a completion, as far as it helps to see why it was not over. */
function tail({ completion }: Rollout): string {
  return completion.length > 160 ? `…${completion.slice(-160)}` : completion;
}

function sandboxText(group: readonly Rollout[]): string | undefined {
  const broken = group.find(({ verdict }) => verdict?.outcome === 'sandbox_error');
  const stage = broken?.verdict?.stages.at(-1);
  const text = broken?.verdict?.diagnostics[0]?.message ?? stage?.stderr;
  return text === undefined || text === '' ? undefined : text.slice(0, 300);
}

function format(value: number): string {
  return String(Number(value.toFixed(4)));
}
